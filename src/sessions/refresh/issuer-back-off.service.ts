import { Injectable } from '@nestjs/common';
import { backOffSeconds, grantedSeconds } from './back-off.ts';

/** An issuer without a failure for this long starts again at none. */
const FORGOTTEN_AFTER_MS = 60 * 60_000;
const MOST_ISSUERS = 10_000;

/** The issuers that fail, and until when background refreshes spare them. */
@Injectable()
export class IssuerBackOff {
  /** In the order of their last failures. */
  private readonly issuers = new Map<string, { failures: number; failedAt: number; until: number }>();

  /** The number of issuers that failed lately. */
  get size(): number {
    return this.issuers.size;
  }

  /** Returns the milliseconds until the issuer may be tried again; 0 if it may be now. */
  remainingMs(issuer: string, now = performance.now()): number {
    return Math.max(0, (this.issuers.get(issuer)?.until ?? 0) - now);
  }

  /** @param asked the pause that the issuer asked for, in seconds */
  noteFailure(issuer: string, asked = 0, now = performance.now()): void {
    this.prune(now);
    const failures = (this.issuers.get(issuer)?.failures ?? 0) + 1;
    // The first failures may be those of one session.
    const seconds = failures < 3 && grantedSeconds(asked) === 0 ? 0 : backOffSeconds(failures - 2, asked);
    this.issuers.delete(issuer);
    this.issuers.set(issuer, { failures, failedAt: now, until: now + seconds * 1000 });
  }

  noteSuccess(issuer: string): void {
    this.issuers.delete(issuer);
  }

  /** Forgets old failures, and makes room for one more issuer. */
  private prune(now: number): void {
    for (const [issuer, { failedAt }] of this.issuers) {
      if (now - failedAt < FORGOTTEN_AFTER_MS && this.issuers.size < MOST_ISSUERS) return;
      this.issuers.delete(issuer);
    }
  }
}
