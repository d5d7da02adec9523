const DAY_MS = 24 * 60 * 60_000;
const MOST_DAYS = 120;
const MOST_MONTHS = 24;

const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** Returns the distance of a time in days of UTC: `today`, `in 90 days`. In months or years if it is long. */
export function dayText(time: Date, now: Date): string {
  const days = daysBetween(now, time);
  if (Math.abs(days) <= MOST_DAYS) return words.format(days, 'day');
  const months = Math.round(days / 30.44);
  if (Math.abs(months) < MOST_MONTHS) return words.format(months, 'month');
  return words.format(Math.round(days / 365.25), 'year');
}

/** Returns the number of midnights in UTC between two times, negative if `to` is earlier. */
function daysBetween(from: Date, to: Date): number {
  return Math.floor(to.getTime() / DAY_MS) - Math.floor(from.getTime() / DAY_MS);
}
