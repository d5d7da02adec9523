const FIRST_SECONDS = 2;
const LONGEST_SECONDS = 10 * 60;

/** What a server asks for counts up to here: one that says ten years must not silence a session. */
const MOST_ASKED_SECONDS = 15 * 60;

/** An issuer that did not fail for this long begins anew. */
const FORGOTTEN_AFTER_MS = 60 * 60_000;
const MOST_ISSUERS = 10_000;

/**
 * How long to wait after so many failures in a row: up to twice as long each time, at most ten minutes, with full
 * jitter, so that sessions that failed together do not come back together.
 *
 * @param asked what the server asked for, in seconds; it gets that, up to a quarter of an hour
 */
export function backOffSeconds(failures: number, asked = 0, random = Math.random): number {
  const ceiling = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(failures, 16));
  return Math.max(bounded(asked), 1 + random() * (ceiling - 1));
}

/** The issuers that are in trouble, and until when their sessions leave them alone. */
export class IssuerBackOff {
  /** Those that failed last come last. */
  private readonly issuers = new Map<string, { failures: number; failedAt: number; until: number }>();

  /** How many issuers are in trouble, or were so lately. */
  get size(): number {
    return this.issuers.size;
  }

  /** Milliseconds until the issuer may be tried again; 0 when it may be now. */
  remainingMs(issuer: string, now = performance.now()): number {
    return Math.max(0, (this.issuers.get(issuer)?.until ?? 0) - now);
  }

  /** @param asked what the issuer asked for, in seconds */
  failed(issuer: string, asked = 0, now = performance.now()): void {
    this.prune(now);
    const failures = (this.issuers.get(issuer)?.failures ?? 0) + 1;
    // One session's bad luck is no trouble of its issuer.
    const seconds = failures < 3 && bounded(asked) === 0 ? 0 : backOffSeconds(failures - 2, asked);
    this.issuers.delete(issuer);
    this.issuers.set(issuer, { failures, failedAt: now, until: now + seconds * 1000 });
  }

  answered(issuer: string): void {
    this.issuers.delete(issuer);
  }

  /** Forgets who failed long ago, and makes room for one more. */
  private prune(now: number): void {
    for (const [issuer, { failedAt }] of this.issuers) {
      if (now - failedAt < FORGOTTEN_AFTER_MS && this.issuers.size < MOST_ISSUERS) return;
      this.issuers.delete(issuer);
    }
  }
}

function bounded(asked: number): number {
  return asked > 0 ? Math.min(asked, MOST_ASKED_SECONDS) : 0;
}
