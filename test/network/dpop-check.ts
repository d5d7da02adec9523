import { createHash, randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, errors, jwtVerify } from 'jose';

const longestAge = '190s';

/** The request that a proof must match. */
export type ProvedRequest = {
  method: string;
  /** Without query and fragment. */
  url: string;
  /** The token of the request, undefined at an authorization server. */
  accessToken?: string;
};

/** The result of a check: the thumbprint of the key, or an OAuth error. */
export type CheckedProof = { jkt: string } | { error: 'use_dpop_nonce' | 'invalid_dpop_proof' };

/** Checks DPoP proofs (RFC 9449, section 4.3). Requires a nonce, and accepts each proof once. */
export class DpopCheck {
  readonly #seen = new Set<string>();
  readonly #nonceLifetimeMs: number;
  #nonces = [newNonce()];
  #renewedAt = Date.now();

  /** @param nonceLifetimeMs how long a nonce is the newest; it is accepted twice as long */
  constructor(nonceLifetimeMs: number) {
    this.#nonceLifetimeMs = nonceLifetimeMs;
  }

  get nonce(): string {
    const age = Date.now() - this.#renewedAt;
    if (age > this.#nonceLifetimeMs) {
      this.#nonces = [newNonce(), ...(age > 2 * this.#nonceLifetimeMs ? [] : this.#nonces.slice(0, 1))];
      this.#renewedAt = Date.now();
    }
    return this.#nonces[0] ?? '';
  }

  async check(proof: string, { method, url, accessToken }: ProvedRequest): Promise<CheckedProof> {
    try {
      const options = { typ: 'dpop+jwt', algorithms: ['ES256'], maxTokenAge: longestAge };
      const now = { currentDate: new Date(Date.now()) };
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { ...options, ...now });
      const { htm, htu, jti, nonce, ath } = payload;
      if (
        htm !== method ||
        htu !== url ||
        jti === undefined ||
        this.#seen.has(jti) ||
        ath !== athOf(accessToken)
      )
        return { error: 'invalid_dpop_proof' };
      this.#seen.add(jti);
      if (!this.isGood(nonce)) return { error: 'use_dpop_nonce' };
      return { jkt: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) };
    } catch (error) {
      if (error instanceof errors.JOSEError) return { error: 'invalid_dpop_proof' };
      throw error;
    }
  }

  isGood(nonce: unknown): boolean {
    return nonce === this.nonce || this.#nonces.some(known => known === nonce);
  }
}

function athOf(accessToken: string | undefined): string | undefined {
  return accessToken === undefined ? undefined : createHash('sha256').update(accessToken).digest('base64url');
}

function newNonce(): string {
  return randomBytes(16).toString('base64url');
}
