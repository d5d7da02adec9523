/** A difference below this is the network's and the header's own inexactness. */
const TOLERANCE_MS = 2_000;

/**
 * What the servers' clocks say. Assertions and proofs are judged by them, without tolerance for a client that runs
 * ahead, so a broker whose own clock is wrong signs by theirs.
 */
export class ServerClock {
  private readonly offsets = new Map<string, number>();

  now(origin: string): Date {
    return new Date(Date.now() + (this.offsets.get(origin) ?? 0));
  }

  /**
   * Learns from a `Date` header (RFC 9110 section 6.6.1).
   *
   * @returns whether the clock is now known to be another than was assumed
   */
  observe(origin: string, dateHeader: string | null): boolean {
    const told = Date.parse(dateHeader ?? '');
    if (Number.isNaN(told)) return false;
    const offset = told - Date.now();
    const known = this.offsets.get(origin) ?? 0;
    if (Math.abs(offset - known) <= TOLERANCE_MS) return false;
    if (Math.abs(offset) <= TOLERANCE_MS) this.offsets.delete(origin);
    else this.offsets.set(origin, offset);
    return true;
  }
}
