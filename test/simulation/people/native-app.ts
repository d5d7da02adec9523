import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { BrokerError } from '../../../src/errors/broker-error.ts';
import { Fingerprints } from '../../../src/native-apps/tokens/fingerprints.service.ts';
import { parseRequest } from '../../../src/native-apps/refresh/native-parameters.ts';
import { NativeAppCache } from '../../../src/native-apps/registry/native-app.cache.ts';
import { NativeApps } from '../../../src/native-apps/registry/native-apps.service.ts';
import { NativeRefreshes } from '../../../src/native-apps/endpoints/native-refreshes.service.ts';
import { thumbprint } from '../network/proofs.ts';
import type { BrokerProcess } from '../brokers/broker-process.ts';
import { omitKeys } from '../omit-keys.ts';
import { Holder, isPassing } from './holder.ts';
import type { CallOutcome } from './outcome.ts';

export const NATIVE_CLIENT_ID = 'https://app.sim.internal/client.json';

const MOST_NONCES = 4;

const MOST_TRIES = 30;
const BETWEEN_TRIES_MS = 20_000;

/** A native app on a person's device, which holds its own refresh token and key. */
export class NativeApp extends Holder {
  #refreshToken: string | undefined;
  #kid = '';
  #key: { readonly sign: KeyObject; readonly jwk: Readonly<Record<string, unknown>> } | undefined;
  #nonce: string | undefined;

  get hasAccess(): boolean {
    return this.#refreshToken !== undefined;
  }

  /** Registers the app, once. */
  static async register(broker: BrokerProcess): Promise<void> {
    const input = {
      name: 'field-app',
      clientId: NATIVE_CLIENT_ID,
      origins: [],
      attestation: null,
      limitPerMinute: null,
    };
    await broker.act(() => broker.get(NativeApps).add(input, { actor: { kind: 'operator' } }));
  }

  protected async act(): Promise<void> {
    if (this.#refreshToken === undefined) {
      await this.#begin();
      return;
    }
    // Without an answer it asks again, as the broker keeps an answer for ten minutes only.
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const outcome = await this.use();
      if (!outcome || outcome.kind === 'ok' || (outcome.kind === 'refused' && !isPassing(outcome.code)))
        return;
      await this.actor.scheduler.sleep(this.actor, BETWEEN_TRIES_MS, 'app asks again');
    }
  }

  /** Refreshes its tokens, and keeps the same token until an answer comes. */
  async use(broker?: BrokerProcess): Promise<CallOutcome<unknown> | undefined> {
    const token = this.#refreshToken;
    if (token === undefined) return undefined;
    let outcome: CallOutcome<{ readonly answer: { readonly status: number; readonly body: string } }>;
    for (let tries = 0; ; tries++) {
      outcome = await this.#refresh(token, broker);
      const nonce = nonceOf(outcome);
      if (nonce === undefined || tries >= MOST_NONCES) break;
      this.#nonce = nonce;
    }
    if (outcome.kind === 'ok') return this.#keep(outcome.value.answer, outcome);
    if (outcome.kind === 'refused' && !isPassing(outcome.code)) await this.#beTold(outcome.code);
    return outcome;
  }

  async #keep(
    { status, body }: { readonly status: number; readonly body: string },
    outcome: CallOutcome<unknown>,
  ): Promise<CallOutcome<unknown> | undefined> {
    const told = parse(body);
    if (status < 300 && typeof told.access_token === 'string') {
      // Now and then the app dies before it has stored them, and asks again.
      if (this.random.chance(0.1)) {
        await this.actor.scheduler.sleep(this.actor, this.random.integer(1, 60) * 1_000, 'app restarts');
        return this.use();
      }
      if (typeof told.refresh_token === 'string') this.#refreshToken = told.refresh_token;
      return outcome;
    }
    if (status >= 400 && status < 500 && told.error !== 'use_dpop_nonce' && told.error !== 'invalid_client')
      await this.#beTold(String(told.error));
    return outcome;
  }

  async #beTold(code: string): Promise<void> {
    if (!this.world.server.areClocksRight || code === 'InvalidDpopProof') return;
    await this.world.judgeLoss(this, code);
    this.#refreshToken = undefined;
    this.forget();
  }

  /** The person signs in on the device. That needs no broker but for the app's client key. */
  async #begin(): Promise<void> {
    const found = await this.call(at => at.get(NativeAppCache).find(NATIVE_CLIENT_ID));
    const kid = found.kind === 'ok' ? found.value?.keys[0]?.kid : undefined;
    if (kid === undefined) return;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = omitKeys(privateKey.export({ format: 'jwk' }), 'd');
    this.#key = { sign: createPrivateKey({ key: privateKey.export({ format: 'jwk' }), format: 'jwk' }), jwk };
    this.#kid = kid;
    const facts = { did: this.did, jkt: thumbprint(jwk), kid, clientId: NATIVE_CLIENT_ID };
    this.grant = this.issuer.give(facts, this.actor);
    this.#refreshToken = this.grant.refreshToken;
  }

  #refresh(token: string, broker?: BrokerProcess) {
    return this.call(async at => {
      const app = await at.get(NativeAppCache).find(NATIVE_CLIENT_ID);
      if (!app) throw new BrokerError('TokenUnavailable', 'The app is not registered yet.');
      const request = parseRequest('refresh', {
        client_id: NATIVE_CLIENT_ID,
        issuer: this.issuer.origin,
        key_id: this.#kid,
        grant_type: 'refresh_token',
        refresh_token: token,
      });
      this.fileName = at.get(Fingerprints).ofRefreshToken(this.issuer.origin, token).id;
      return at.get(NativeRefreshes).refresh(app, request, this.#proof());
    }, broker);
  }

  /** What an answer to its present token is called on disk. */
  fileName: string | undefined;

  #proof(): string {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = [
      encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: this.#key?.jwk }),
      encode({
        jti: randomUUID(),
        htm: 'POST',
        htu: `${this.issuer.origin}/token`,
        iat: Math.floor(this.issuer.actor.wallMs() / 1000),
        ...(this.#nonce !== undefined && { nonce: this.#nonce }),
      }),
    ].join('.');
    const key = this.#key?.sign;
    if (!key) throw new Error('The app has no key.');
    return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }
}

/** Returns the nonce that a proof must carry next time. */
function nonceOf(
  outcome: CallOutcome<{
    readonly answer: {
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    };
  }>,
): string | undefined {
  if (
    outcome.kind === 'refused' &&
    outcome.error instanceof BrokerError &&
    'dpopNonce' in outcome.error.details
  )
    return outcome.error.details.dpopNonce;
  if (outcome.kind !== 'ok') return undefined;
  const { answer } = outcome.value;
  const { error } = parse(answer.body);
  return error === 'use_dpop_nonce' ? answer.headers?.['dpop-nonce'] : undefined;
}

function parse(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}
