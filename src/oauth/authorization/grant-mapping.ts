import type { NodeSavedSession } from '@atproto/oauth-client-node';
import type { JWK } from 'jose';
import type { Grant } from './grant.ts';

/** RFC 6749 section 5.1 lets a server leave out how long a token lives; then we trust it for this long only. */
const UNTOLD_LIFETIME_MS = 5 * 60_000;

/** Makes a grant of what the OAuth library would have stored. */
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
    accessExpiresAt: new Date(tokenSet.expires_at ?? Date.now() + UNTOLD_LIFETIME_MS),
    refreshToken: tokenSet.refresh_token ?? null,
    dpopKey: dpopJwk as JWK,
  };
}
