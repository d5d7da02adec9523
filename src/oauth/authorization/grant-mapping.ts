import type { NodeSavedSession } from '@atproto/oauth-client-node';
import type { JWK } from 'jose';
import { lifetimeSecondsOf, scopeOf, tokenOf } from '../issuers/token-members.ts';
import type { Grant } from './grant.ts';

/** Every granted scope contains it, as the atproto OAuth profile requires. */
const LEAST_SCOPE = 'atproto';

/** Returns the grant in a session of the OAuth library. What the issuer wrote is within limits that can be stored. */
export function toGrant(
  { tokenSet, dpopJwk }: NodeSavedSession,
  clientId: string,
  kid: string | null,
): Grant {
  return {
    did: tokenSet.sub,
    clientId,
    issuer: tokenSet.iss,
    pds: new URL(tokenSet.aud).origin,
    scope: scopeOf(tokenSet.scope) ?? LEAST_SCOPE,
    kid,
    accessToken: tokenSet.access_token,
    accessExpiresAt: expiryOf(tokenSet.expires_at),
    refreshToken: tokenOf(tokenSet.refresh_token),
    dpopKey: dpopJwk as JWK,
  };
}

/** The library has turned `expires_in` into a time of this process's clock. */
function expiryOf(expiresAt: string | undefined): Date {
  const now = Date.now();
  const toldSeconds = expiresAt === undefined ? undefined : (Date.parse(expiresAt) - now) / 1000;
  return new Date(now + lifetimeSecondsOf(toldSeconds) * 1000);
}
