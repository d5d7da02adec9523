import { randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, errors, jwtVerify } from 'jose';

const nonceLifetimeMs = 10_000;
const proofLifetime = '60s';

/** What a proof is good for: the thumbprint of its key, or the OAuth error that it earns. */
export type CheckedProof = { jkt: string } | { error: 'use_dpop_nonce' | 'invalid_dpop_proof' };

/** Checks DPoP proofs (RFC 9449 section 4.3): a nonce is required, and each proof is good for one request. */
export class DpopCheck {
  readonly #tokenEndpoint: string;
  readonly #seen = new Set<string>();
  #nonces = [newNonce()];
  #renewedAt = performance.now();

  constructor(tokenEndpoint: string) {
    this.#tokenEndpoint = tokenEndpoint;
  }

  /** The nonce of the next ten seconds; it is accepted for ten more. */
  get nonce(): string {
    if (performance.now() - this.#renewedAt > nonceLifetimeMs) {
      this.#nonces = [newNonce(), ...this.#nonces.slice(0, 1)];
      this.#renewedAt = performance.now();
    }
    return this.#nonces[0] ?? '';
  }

  async check(proof: string): Promise<CheckedProof> {
    try {
      const options = { typ: 'dpop+jwt', algorithms: ['ES256'], maxTokenAge: proofLifetime };
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, options);
      const { htm, htu, jti, nonce } = payload;
      if (htm !== 'POST' || htu !== this.#tokenEndpoint || jti === undefined || this.#seen.has(jti))
        return { error: 'invalid_dpop_proof' };
      this.#seen.add(jti);
      if (typeof nonce !== 'string' || !this.#isGood(nonce)) return { error: 'use_dpop_nonce' };
      return { jkt: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) };
    } catch (error) {
      if (error instanceof errors.JOSEError) return { error: 'invalid_dpop_proof' };
      throw error;
    }
  }

  #isGood(nonce: string): boolean {
    return nonce === this.nonce || this.#nonces.includes(nonce);
  }
}

function newNonce(): string {
  return randomBytes(16).toString('base64url');
}
