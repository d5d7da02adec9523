import crypto, {
  createECDH,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  webcrypto,
} from 'node:crypto';
import { promisify } from 'node:util';
import { type Actor, currentActor } from './actor.ts';

type Curve = { readonly namedCurve?: string };
type Call = (...parameters: never[]) => unknown;
type Done = (error: Error | null, ...results: unknown[]) => void;
type Subtle = Record<string, (...parameters: unknown[]) => Promise<unknown>>;

/**
 * Keeps the thread pool out of the simulation, as it answers in any order. What has a synchronous form is done by it. Of
 * the rest, one operation follows the other, and no event overtakes them.
 */
export function patchKeys(): void {
  const { generateKeyPair, generateKeyPairSync, sign, verify } = crypto;
  const make = (type: string, options: Curve): crypto.KeyPairKeyObjectResult => {
    const actor = currentActor();
    return actor && isP256(options)
      ? drawKeys(actor)
      : (generateKeyPairSync(type as 'ec', options as never) as unknown as crypto.KeyPairKeyObjectResult);
  };
  const patchedGenerateKeyPair = (type: string, options: Curve, done: Done): void => {
    if (!currentActor()) {
      generateKeyPair(type as 'ec', options as never, done);
      return;
    }
    const { publicKey, privateKey } = make(type, options);
    queueMicrotask(() => {
      done(null, publicKey, privateKey);
    });
  };
  Object.defineProperty(patchedGenerateKeyPair, promisify.custom, {
    value: (type: string, options: Curve) => Promise.resolve(make(type, options)),
  });
  Object.assign(crypto, {
    sign: atOnce(sign),
    verify: atOnce(verify),
    generateKeyPair: patchedGenerateKeyPair,
    generateKeyPairSync: make,
  });
  patchSubtle();
}

/** Returns a call of `node:crypto` that calls back without the thread pool. */
function atOnce(real: Call): Call {
  return (...parameters) => {
    const done = (parameters as readonly unknown[]).at(-1);
    if (typeof done !== 'function' || !currentActor()) return real(...parameters);
    const callBack = done as Done;
    const result: unknown = real(...parameters.slice(0, -1));
    queueMicrotask(() => {
      callBack(null, result);
    });
    return undefined;
  };
}

function patchSubtle(): void {
  const prototype = Object.getPrototypeOf(webcrypto.subtle) as Subtle;
  for (const name of [
    'sign',
    'verify',
    'digest',
    'importKey',
    'exportKey',
    'deriveBits',
    'encrypt',
    'decrypt',
  ] as const) {
    const original = prototype[name];
    if (!original) continue;
    const patched = function (this: unknown, ...parameters: unknown[]): Promise<unknown> {
      const work = (): Promise<unknown> => original.apply(this, parameters);
      return currentActor()?.scheduler.awaitOutside(work) ?? work();
    };
    Object.defineProperty(prototype, name, { value: patched, configurable: true, writable: true });
  }
  const { generateKey } = prototype;
  const patchedGenerateKey = function (this: unknown, ...parameters: unknown[]): Promise<unknown> {
    const actor = currentActor();
    const [algorithm, extractable] = parameters as [webcrypto.EcKeyGenParams, boolean];
    if (!actor)
      return generateKey?.apply(this, parameters) ?? Promise.reject(new TypeError('generateKey is missing'));
    if (!isP256(algorithm)) throw new Error('The simulation draws keys of P-256 only.');
    const { publicKey, privateKey } = drawKeys(actor);
    return Promise.resolve({
      publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
      privateKey: privateKey.toCryptoKey(algorithm, extractable, ['sign']),
    });
  };
  Object.defineProperty(prototype, 'generateKey', {
    value: patchedGenerateKey,
    configurable: true,
    writable: true,
  });
}

function isP256({ namedCurve = '' }: Curve): boolean {
  return namedCurve === 'P-256' || namedCurve === 'prime256v1';
}

/** Makes a key out of the actor's random numbers, so that thumbprints and their order are the same in every run. */
function drawKeys(actor: Actor): crypto.KeyPairKeyObjectResult {
  const scalar = Buffer.alloc(32);
  actor.random.fill(scalar);
  scalar[0] = 1; // Below the order of the curve.
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(scalar);
  const point = pair.getPublicKey();
  const jwk: JsonWebKey = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  return {
    publicKey: createPublicKey({ key: jwk, format: 'jwk' }),
    privateKey: createPrivateKey({ key: { ...jwk, d: scalar.toString('base64url') }, format: 'jwk' }),
  };
}
