const MAX_ENTRIES = 10_000;

/** The newest DPoP nonce of each session's server (RFC 9449 section 8), the least recently used dropped first. */
export class NonceCache {
  private readonly nonces = new Map<string, string>();

  get(sessionId: string): string | undefined {
    return this.nonces.get(sessionId);
  }

  set(sessionId: string, nonce: string): void {
    this.nonces.delete(sessionId);
    this.nonces.set(sessionId, nonce);
    if (this.nonces.size <= MAX_ENTRIES) return;
    const [oldest] = this.nonces.keys();
    if (oldest !== undefined) this.nonces.delete(oldest);
  }
}
