/** Shows every time in the reader's own zone and language; the exact instant stays in its title. */
export function showLocalTimes(root) {
  const format = new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'short' });
  for (const time of root.querySelectorAll('time[data-local]')) {
    time.textContent = format.format(new Date(time.dateTime));
  }
}
