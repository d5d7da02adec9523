/** What was noted is noted again only after so long: a flood fills no log. */
const PAUSE_MS = 60_000;

/** Beyond so many things noted within a pause, the metrics tell the rest. */
export const MOST_NOTES = 300;

/** Says what is worth a note, however often it happens. */
export class NotePauses {
  /** Until when each is not noted again; oldest first. */
  private readonly quiet = new Map<string, number>();

  /**
   * Answers whether to note something now, and takes that as done.
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
