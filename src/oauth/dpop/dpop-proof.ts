import { createPrivateKey, hash, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { JWK } from 'jose';
import { toJwsForm } from './jws-signature.ts';

/** A DPoP key ready to sign: the key itself and the encoded header that all its proofs share. */
export type DpopSigner = { readonly key: KeyObject; readonly header: string };

export type ProofClaims = {
  readonly method: string;
  /** The address of the request; query and fragment are left out of the proof. */
  readonly url: URL;
  /** Of the token that the request carries: see `accessTokenHash`; none at an authorization server. */
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

/** Signs the proof that a request's sender holds the key its token is bound to (RFC 9449 section 4.2), ES256. */
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
  // Asking Node for the form of JWS costs more than the signature itself.
  const signature = toJwsForm(sign('sha256', Buffer.from(`${header}.${payload}`), key));
  return `${header}.${payload}.${signature.toString('base64url')}`;
}

/** The hash by which a proof names its access token (RFC 9449 section 4.2). */
export function accessTokenHash(accessToken: string): string {
  return hash('sha256', accessToken, 'base64url');
}

/** Leaves out what is undefined. */
function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
