import { createPrivateKey, hash, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { JWK } from 'jose';
import { toJwsForm } from './jws-signature.ts';

/** A DPoP key ready to sign, with the encoded header that all its proofs share. */
export type DpopSigner = { readonly key: KeyObject; readonly header: string };

export type ProofClaims = {
  readonly method: string;
  /** The URL of the request. The proof leaves out query and fragment. */
  readonly url: URL;
  /** The `accessTokenHash` of the token in the request; none at an authorization server. */
  readonly ath?: string;
  readonly nonce: string | undefined;
  readonly now: Date;
};

/** @param privateJwk a P-256 private key */
export function createDpopSigner(privateJwk: JWK): DpopSigner {
  const { kty, crv, x, y } = privateJwk;
  return {
    key: createPrivateKey({ key: { ...privateJwk }, format: 'jwk' }),
    header: encode({ alg: 'ES256', typ: 'dpop+jwt', jwk: { kty, crv, x, y } }),
  };
}

/** Signs the DPoP proof of a request with ES256 (RFC 9449 section 4.2). */
export function signDpopProof({ key, header }: DpopSigner, claims: ProofClaims): string {
  const { method, url, ath, nonce, now } = claims;
  const payload = encode({
    jti: randomUUID(),
    htm: method,
    htu: url.origin + url.pathname,
    iat: Math.floor(now.getTime() / 1000),
    ath,
    nonce,
  });
  // Node's own conversion to the JWS form costs more than the signature itself.
  const signature = toJwsForm(sign('sha256', Buffer.from(`${header}.${payload}`), key));
  return `${header}.${payload}.${signature.toString('base64url')}`;
}

/** Returns the hash by which a proof names its access token (RFC 9449 section 4.2). */
export function accessTokenHash(accessToken: string): string {
  return hash('sha256', accessToken, 'base64url');
}

/** Encodes a value as base64url JSON, without undefined properties. */
function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
