/** So many refusals are written down at once. */
export const MOST_AT_ONCE = 1_000;

/** And so many each second after that: under 900,000 rows a day, whoever asks for them. */
const PER_SECOND = 10;

/** How many refusals may be written down: anybody can cause them, at any rate. */
export class NoteAllowance {
  private left = MOST_AT_ONCE;
  private countedAt: number;

  /** @param now of a clock that only goes forward, in milliseconds */
  constructor(now: number) {
    this.countedAt = now;
  }

  /** Answers whether there is room for one more, and takes it. */
  take(now: number): boolean {
    const grown = ((now - this.countedAt) / 1000) * PER_SECOND;
    this.left = Math.min(MOST_AT_ONCE, this.left + grown);
    this.countedAt = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
