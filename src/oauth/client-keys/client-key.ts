import { JoseKey, type JwtHeader, type JwtPayload, type SignedJwt } from '@atproto/oauth-client-node';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

/** Assertions are dated back this far: servers do not tolerate a client clock that runs ahead of theirs. */
const BACKDATE_SECONDS = 5;

/** A key that signs client assertions (RFC 7523), in the form that the OAuth library expects. */
export class ClientKey extends JoseKey {
  override createJwt(header: JwtHeader, payload: JwtPayload): Promise<SignedJwt> {
    const iat = payload.iat === undefined ? {} : { iat: payload.iat - BACKDATE_SECONDS };
    return super.createJwt(header, { ...payload, ...iat });
  }
}

/** Generates a private ES256 JWK. Its `kid` is the RFC 7638 thumbprint and never begins with a dash. */
export async function generateClientKey(): Promise<JWK & { kid: string }> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  // Operators pass a kid on command lines, where a leading dash means an option.
  return kid.startsWith('-') ? generateClientKey() : { ...jwk, alg: 'ES256', kid };
}
