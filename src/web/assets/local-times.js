/** Shows every time in the reader's own zone and language. Its title keeps the exact instant. */
export function showLocalTimes(root) {
  const format = new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'short' });
  for (const time of root.querySelectorAll('time[data-local]')) {
    time.textContent = format.format(new Date(time.dateTime));
  }
}
