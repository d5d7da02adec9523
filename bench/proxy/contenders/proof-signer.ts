import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

/** Signs DPoP proofs (RFC 9449 section 4.2) for one token and one server, as cheaply as Node can. */
export class ProofSigner {
  readonly token = 'bench-token';
  /** The server's newest nonce. */
  nonce: string | undefined;
  readonly #origin: string;
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  readonly #header: string;
  readonly #ath = createHash('sha256').update(this.token).digest('base64url');

  constructor(origin: string) {
    this.#origin = origin;
    const { kty, crv, x, y } = this.#key.export({ format: 'jwk' });
    this.#header = encode({ alg: 'ES256', typ: 'dpop+jwt', jwk: { kty, crv, x, y } });
  }

  sign(method: string, path: string): string {
    const [pathname = ''] = path.split('?');
    const payload = encode({
      jti: randomUUID(),
      htm: method,
      htu: this.#origin + pathname,
      iat: Math.floor(Date.now() / 1000),
      ath: this.#ath,
      nonce: this.nonce,
    });
    const signed = `${this.#header}.${payload}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
