const MAX_ENTRIES = 10_000;

/** The newest DPoP nonces (RFC 9449 section 8), each under the name of what it is for; the oldest are dropped. */
export class NonceCache {
  private readonly nonces = new Map<string, string>();

  get(name: string): string | undefined {
    return this.nonces.get(name);
  }

  set(name: string, nonce: string): void {
    this.nonces.delete(name);
    this.nonces.set(name, nonce);
    if (this.nonces.size <= MAX_ENTRIES) return;
    const [oldest] = this.nonces.keys();
    if (oldest !== undefined) this.nonces.delete(oldest);
  }
}
