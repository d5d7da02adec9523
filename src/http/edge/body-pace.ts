/** The least pace of the body of a request. Times are in milliseconds. */
export type PaceLimits = {
  /** How often a body is looked at. */
  readonly tickMs: number;
  /** How long the sender may send nothing. */
  readonly idleMs: number;
  /** The time over which the rate is measured. A shorter body needs no rate. */
  readonly windowMs: number;
  readonly leastBytesPerSecond: number;
};

export const BODY_PACE: PaceLimits = {
  tickMs: 1_000,
  idleMs: 30_000,
  windowMs: 30_000,
  leastBytesPerSecond: 1_000,
};

/**
 * Measures how fast a body arrives. It counts looks instead of time, so a process that was suspended blames no sender.
 */
export class BodyPace {
  private idleMs = 0;
  private windowMs = 0;
  private windowBytes = 0;

  /** @param bytes received so far */
  constructor(
    private readonly limits: PaceLimits,
    private bytes: number,
  ) {}

  /**
   * Returns whether the sender is too slow. Call it each `tickMs`.
   *
   * @param bytes received so far
   * @param isAwaited false while the broker itself does not read, which is not the sender's fault
   */
  isTooSlow(bytes: number, isAwaited: boolean): boolean {
    const { tickMs, idleMs, windowMs, leastBytesPerSecond } = this.limits;
    const arrived = bytes - this.bytes;
    this.bytes = bytes;
    this.windowBytes += arrived;
    if (!isAwaited) return false;
    this.idleMs = arrived > 0 ? 0 : this.idleMs + tickMs;
    if (this.idleMs >= idleMs) return true;
    this.windowMs += tickMs;
    if (this.windowMs < windowMs) return false;
    const isSlow = this.windowBytes < (leastBytesPerSecond * windowMs) / 1000;
    this.windowMs = 0;
    this.windowBytes = 0;
    return isSlow;
  }
}
