import { generateKeyPairSync } from 'node:crypto';
import type { Grant } from '../src/oauth/authorization/grant.ts';
import type { Did } from '../src/database/tables/did.ts';
import { firstRefreshTokenOf } from '../test/network/fake-accounts.ts';

/** Returns a fresh made-up grant of a public client at an issuer that is its own PDS. Its key is real. */
export function madeUpGrant(did: Did, issuer: string, clientId: string, lifeMs: number): Grant {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    did,
    clientId,
    issuer,
    pds: issuer,
    scope: 'atproto transition:generic',
    kid: null,
    accessToken: `access.${did}.0`,
    accessExpiresAt: new Date(Date.now() + lifeMs),
    refreshToken: firstRefreshTokenOf(did),
    dpopKey: privateKey.export({ format: 'jwk' }),
  };
}
