export type CallLimits = {
  /** The most calls of one site at a time. */
  readonly callsPerSite: number;
  /** The most calls of all sites together at a time. */
  readonly callsInAll: number;
};

/**
 * Counts the running calls of one class.
 *
 * A site never has more calls than there are free places. So one site that never answers leaves half of all places to the
 * others, two leave a third, and a further site always finds one.
 */
export class CallPlaces {
  private readonly bySite = new Map<string, number>();
  private all = 0;

  constructor(private readonly limits: CallLimits) {}

  /** Claims a place. Returns whether there was one; the caller frees it once. */
  claim(site: string): boolean {
    const calls = this.bySite.get(site) ?? 0;
    const free = this.limits.callsInAll - this.all;
    if (calls >= Math.min(this.limits.callsPerSite, free)) return false;
    this.bySite.set(site, calls + 1);
    this.all++;
    return true;
  }

  free(site: string): void {
    const calls = this.bySite.get(site) ?? 1;
    if (calls > 1) this.bySite.set(site, calls - 1);
    else this.bySite.delete(site);
    this.all--;
  }
}
