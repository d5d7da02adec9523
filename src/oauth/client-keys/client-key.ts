import { JoseKey, type JwtHeader, type JwtPayload, type SignedJwt } from '@atproto/oauth-client-node';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

/** How far an assertion is dated back: servers give no tolerance to a clock that runs ahead of theirs. */
const BACKDATE_SECONDS = 5;

/** A key of the client's assertions (RFC 7523), as the OAuth library takes it. */
export class ClientKey extends JoseKey {
  override createJwt(header: JwtHeader, payload: JwtPayload): Promise<SignedJwt> {
    const iat = payload.iat === undefined ? {} : { iat: payload.iat - BACKDATE_SECONDS };
    return super.createJwt(header, { ...payload, ...iat });
  }
}

/** Generates the private JWK of a client key; its `kid` is its RFC 7638 thumbprint, and begins with no dash. */
export async function generateClientKey(): Promise<JWK & { kid: string }> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  // Operators name keys on command lines, which would take it for an option.
  return kid.startsWith('-') ? generateClientKey() : { ...jwk, alg: 'ES256', kid };
}
