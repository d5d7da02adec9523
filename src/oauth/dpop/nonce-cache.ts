const MAX_ENTRIES = 10_000;

/** No server needs a longer nonce. */
const MAX_LENGTH = 1_024;

/**
 * The newest DPoP nonces (RFC 9449 section 8), each by the name of its server or session. Keeps 10,000 and drops the
 * oldest. A nonce of over 1,024 characters is not kept.
 */
export class NonceCache {
  private readonly nonces = new Map<string, string>();

  get(name: string): string | undefined {
    return this.nonces.get(name);
  }

  set(name: string, nonce: string): void {
    if (this.nonces.get(name) === nonce) return;
    this.nonces.delete(name);
    if (nonce.length > MAX_LENGTH) return;
    this.nonces.set(name, nonce);
    if (this.nonces.size <= MAX_ENTRIES) return;
    const [oldest] = this.nonces.keys();
    if (oldest !== undefined) this.nonces.delete(oldest);
  }
}
