const DAY_MS = 24 * 60 * 60_000;

/** Beyond this many days the server's words are exact enough. */
const MOST_DAYS = 120;

/** Shows every time in the reader's own zone and language. Its title keeps the exact instant. */
export function showLocalTimes(root) {
  const format = new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'short' });
  for (const time of root.querySelectorAll('time[data-local]')) {
    time.textContent = format.format(new Date(time.dateTime));
  }
  for (const time of root.querySelectorAll('time[data-day]')) {
    time.title = format.format(new Date(time.dateTime));
  }
  countLocalDays(root);
}

/** The server counted days in UTC, so at night in the reader's zone it says the wrong one. */
function countLocalDays(root) {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'auto' });
  const today = midnightOf(new Date());
  for (const time of root.querySelectorAll('time[data-day]')) {
    const days = Math.round((midnightOf(new Date(time.dateTime)) - today) / DAY_MS);
    if (Math.abs(days) <= MOST_DAYS) time.textContent = words.format(days, 'day');
  }
}

function midnightOf(time) {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate());
}
