/** Returns a time to the minute, as `2026-11-20 18:30 UTC`. */
export function utcText(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
