/** Events that may be stored at once. */
export const BURST = 1_000;

/** Events per second after a burst. Limits the table to 900,000 new rows a day. */
const PER_SECOND = 10;

/** Limits the rate of events that strangers can cause: a token bucket of {@link BURST} with 10 more per second. */
export class AuditAllowance {
  private left = BURST;
  private countedAt: number;

  /** @param now milliseconds of a monotonic clock */
  constructor(now: number) {
    this.countedAt = now;
  }

  /** Consumes the allowance for one event. Returns false if none is left. */
  consume(now: number): boolean {
    const grown = ((now - this.countedAt) / 1000) * PER_SECOND;
    this.left = Math.min(BURST, this.left + grown);
    this.countedAt = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
