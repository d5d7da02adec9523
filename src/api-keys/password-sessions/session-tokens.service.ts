import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, type JWK, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { Config } from '../../config/config.ts';
import { digestOf } from '../../crypto/secret.ts';
import { ApiKeyId, PasswordSessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import type { SessionToken, TokenUse } from './password-session.ts';
import { PasswordSessionKeyRepository } from './password-session-key.repository.ts';
import { serviceDidOf } from './service-did.ts';

/** `typ` and `scope` as a PDS writes them for an app password. */
const FORMS = {
  access: { typ: 'at+jwt', scope: 'com.atproto.appPass' },
  refresh: { typ: 'refresh+jwt', scope: 'com.atproto.refresh' },
} as const satisfies Record<TokenUse, { typ: string; scope: string }>;

const MOST_CHARACTERS = 2_000;
const VERIFIED_TOKENS = 10_000;

const claims = z.object({
  sub: z.string().transform(text => text as Did),
  sid: PasswordSessionId,
  key: ApiKeyId,
  secret: z.string(),
  gen: z.int().min(0),
  exp: z.int(),
});

export type TokenPair = { readonly accessJwt: string; readonly refreshJwt: string };

type SigningKey = {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: JWK;
};

/** Signs and verifies the tokens of password sessions (JWT, RFC 7519, with ES256). */
@Injectable()
export class SessionTokens {
  private readonly audience: string;
  private readonly verified = new LRUCache<string, SessionToken>({ max: VERIFIED_TOKENS });
  private loading: Promise<SigningKey> | undefined;

  constructor(
    config: Config,
    private readonly passwordSessionKeyRows: PasswordSessionKeyRepository,
  ) {
    this.audience = serviceDidOf(config.baseUrl);
  }

  /** Returns the public key, with its `kid`. */
  async publicJwk(): Promise<JWK> {
    return (await this.key()).publicJwk;
  }

  /** Signs the two tokens of a session.  */
  async signPair(
    token: Omit<SessionToken, 'expiresAt'>,
    ends: Readonly<Record<TokenUse, Date>>,
    now: Date,
  ): Promise<TokenPair> {
    const [accessJwt, refreshJwt] = await Promise.all([
      this.sign('access', { ...token, expiresAt: ends.access }, now),
      this.sign('refresh', { ...token, expiresAt: ends.refresh }, now),
    ]);
    return { accessJwt, refreshJwt };
  }

  /** Returns the facts of a token that this broker signed, expired or not. Undefined for every other text. */
  async verify(use: TokenUse, jwt: string): Promise<SessionToken | undefined> {
    if (!isJwt(jwt)) return undefined;
    const known = `${use} ${digestOf(jwt)}`;
    const token = this.verified.get(known) ?? (await this.verifyNew(use, jwt));
    if (token) this.verified.set(known, token);
    return token;
  }

  private async sign(use: TokenUse, token: SessionToken, now: Date): Promise<string> {
    const { sessionId, generation } = token;
    const { kid, privateKey } = await this.key();
    const { typ, scope } = FORMS[use];
    return new SignJWT({
      scope,
      sid: sessionId,
      key: token.apiKeyId,
      secret: token.secretTag,
      gen: generation,
    })
      .setProtectedHeader({ typ, alg: 'ES256', kid })
      .setAudience(this.audience)
      .setSubject(token.did)
      .setJti(`${sessionId}.${generation}`)
      .setIssuedAt(now)
      .setExpirationTime(token.expiresAt)
      .sign(privateKey);
  }

  private async verifyNew(use: TokenUse, jwt: string): Promise<SessionToken | undefined> {
    const { publicKey } = await this.key();
    const { typ, scope } = FORMS[use];
    // Its end is compared by the caller, because an expired token gets another error than an unknown one.
    const options = { typ, audience: this.audience, algorithms: ['ES256'], currentDate: new Date(0) };
    const payload = await jwtVerify(jwt, publicKey, options).then(
      verified => verified.payload,
      () => undefined,
    );
    const read = payload?.scope === scope ? claims.safeParse(payload).data : undefined;
    return (
      read && {
        sessionId: read.sid,
        apiKeyId: read.key,
        did: read.sub,
        secretTag: read.secret,
        generation: read.gen,
        expiresAt: new Date(read.exp * 1000),
      }
    );
  }

  private key(): Promise<SigningKey> {
    this.loading ??= this.load().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  private async load(): Promise<SigningKey> {
    const jwk = await this.passwordSessionKeyRows.getOrCreate();
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    const publicKey = createPublicKey(privateKey);
    const kid = await calculateJwkThumbprint(jwk);
    const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
    return { kid, privateKey, publicKey, publicJwk };
  }
}

function isJwt(text: string): boolean {
  return text.length <= MOST_CHARACTERS && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}
