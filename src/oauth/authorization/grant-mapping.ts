import type { NodeSavedSession } from '@atproto/oauth-client-node';
import type { JWK } from 'jose';
import type { Grant } from './grant.ts';

/** Lifetime of a token without `expires_in`, which is optional (RFC 6749 section 5.1). */
const DEFAULT_LIFETIME_MS = 5 * 60_000;

/** Returns the grant in a session of the OAuth library. */
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
    scope: tokenSet.scope,
    kid,
    accessToken: tokenSet.access_token,
    accessExpiresAt: new Date(tokenSet.expires_at ?? Date.now() + DEFAULT_LIFETIME_MS),
    refreshToken: tokenSet.refresh_token ?? null,
    dpopKey: dpopJwk as JWK,
  };
}
