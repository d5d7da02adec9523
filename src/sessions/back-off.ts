const FIRST_SECONDS = 2;
const LONGEST_SECONDS = 10 * 60;

/**
 * How long to wait after so many failures in a row: up to twice as long each time, at most ten minutes, with full
 * jitter, so that sessions that failed together do not come back together.
 *
 * @param atLeast what the server asked for, in seconds
 */
export function backOffSeconds(failures: number, atLeast = 0, random = Math.random): number {
  const ceiling = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(failures, 16));
  return Math.max(atLeast, 1 + random() * (ceiling - 1));
}

/** The issuers that are in trouble, and until when their sessions leave them alone. */
export class IssuerBackOff {
  private readonly issuers = new Map<string, { failures: number; until: number }>();

  /** Milliseconds until the issuer may be tried again; 0 when it may be now. */
  remainingMs(issuer: string, now = performance.now()): number {
    return Math.max(0, (this.issuers.get(issuer)?.until ?? 0) - now);
  }

  failed(issuer: string, atLeastSeconds = 0, now = performance.now()): void {
    const failures = (this.issuers.get(issuer)?.failures ?? 0) + 1;
    // One session's bad luck is no trouble of its issuer.
    const seconds = failures < 3 && atLeastSeconds === 0 ? 0 : backOffSeconds(failures - 2, atLeastSeconds);
    this.issuers.set(issuer, { failures, until: now + seconds * 1000 });
  }

  answered(issuer: string): void {
    this.issuers.delete(issuer);
  }
}
