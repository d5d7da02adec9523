import { randomUUID } from 'node:crypto';
import { CLIENT_ASSERTION_TYPE_JWT_BEARER } from '@atproto/oauth-client-node';
import type { ClientKey } from './client-key.ts';

const ASSERTION_LIFETIME_SECONDS = 60;

export type ClientAssertion = {
  readonly clientId: string;
  /** The only issuer that accepts it (`aud`). */
  readonly issuer: string;
  /** The issuer's time. */
  readonly now: Date;
};

/** Returns form parameters that authenticate a confidential client for 60 s (RFC 7523 section 2.2), with a fresh `jti`. */
export async function signClientAssertion(
  key: ClientKey,
  { clientId, issuer, now }: ClientAssertion,
): Promise<Record<string, string>> {
  const iat = Math.floor(now.getTime() / 1000);
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: issuer,
    jti: randomUUID(),
    iat,
    exp: iat + ASSERTION_LIFETIME_SECONDS,
  };
  return {
    client_id: clientId,
    client_assertion_type: CLIENT_ASSERTION_TYPE_JWT_BEARER,
    client_assertion: await key.createJwt({ alg: 'ES256' }, claims),
  };
}
