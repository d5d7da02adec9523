import { randomBytes } from 'node:crypto';

/** Number of valid nonces, the newest included, as at a PDS. */
const goodAtATime = 3;

/** DPoP nonces (RFC 9449, section 8) that rotate by time. */
export class RotatingNonces {
  readonly #lifetimeMs: number;
  #nonces = [newNonce()];
  #renewedAt = performance.now();

  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs;
  }

  get newest(): string {
    this.#rotate();
    return this.#nonces[0] ?? '';
  }

  isGood(nonce: unknown): boolean {
    this.#rotate();
    return typeof nonce === 'string' && this.#nonces.includes(nonce);
  }

  #rotate(): void {
    const now = performance.now();
    const due = Math.min(goodAtATime, Math.floor((now - this.#renewedAt) / this.#lifetimeMs));
    if (due === 0) return;
    this.#nonces = [...Array.from({ length: due }, newNonce), ...this.#nonces].slice(0, goodAtATime);
    this.#renewedAt = now;
  }
}

function newNonce(): string {
  return randomBytes(16).toString('base64url');
}
