/** Above this, `ratelimit-reset` is a moment of Unix time, as atproto servers write it. Below, it is a number of seconds. */
const SMALLEST_MOMENT_SECONDS = 1e9;

/**
 * Returns how many milliseconds a response asks to wait: by `Retry-After` (RFC 9110 section 10.2.3), or on a 429 by
 * `ratelimit-reset`. Returns undefined if it does not say. Moments are compared with the `Date` of the response, because
 * the clock of this machine may be wrong.
 */
export function toldWaitMs({ status, headers }: Pick<Response, 'status' | 'headers'>): number | undefined {
  const now = momentOf(headers.get('date')) ?? Date.now();
  const told = retryAfterMs(headers.get('retry-after'), now);
  if (told !== undefined || status !== 429) return told;
  return resetMs(headers.get('ratelimit-reset'), now);
}

function retryAfterMs(value: string | null, now: number): number | undefined {
  const seconds = secondsOf(value);
  if (seconds !== undefined) return seconds * 1000;
  const moment = momentOf(value);
  return moment === undefined ? undefined : Math.max(0, moment - now);
}

function resetMs(value: string | null, now: number): number | undefined {
  const seconds = secondsOf(value);
  if (seconds === undefined || seconds < SMALLEST_MOMENT_SECONDS) return seconds && seconds * 1000;
  return Math.max(0, seconds * 1000 - now);
}

function secondsOf(value: string | null): number | undefined {
  return value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

/** Names of months and days only: `Date.parse` takes much that is no HTTP date. */
function momentOf(value: string | null): number | undefined {
  if (value === null || !/[a-z]{3}/i.test(value)) return undefined;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? undefined : moment;
}
