/** The same thing is noted again only after this long, so that a flood fills no log. */
const PAUSE_MS = 60_000;

/** The most notes within one pause; only metrics count the rest. */
export const MOST_NOTES = 300;

/** Decides what to note, however often it happens. */
export class NotePauses {
  /** The time until which each is not noted again, oldest first. */
  private readonly quiet = new Map<string, number>();

  /**
   * Returns whether to note something now, and counts it as noted.
   *
   * @param now of a clock that only goes forward, in milliseconds
   */
  isDue(what: string, now: number): boolean {
    for (const [noted, until] of this.quiet) {
      if (until > now) break;
      this.quiet.delete(noted);
    }
    if (this.quiet.has(what) || this.quiet.size >= MOST_NOTES) return false;
    this.quiet.set(what, now + PAUSE_MS);
    return true;
  }
}
