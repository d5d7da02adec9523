const FIRST_SECONDS = 2;
const LONGEST_SECONDS = 10 * 60;

/** The longest pause that a server is granted. One that asks for ten years must not silence a session. */
const LONGEST_GRANTED_SECONDS = 15 * 60;

/**
 * Returns how long to wait after a number of failures in a row: up to twice as long each time, at most ten minutes.
 * Full jitter keeps sessions that failed together from returning together.
 *
 * @param asked the pause that the server asked for, in seconds
 */
export function backOffSeconds(failures: number, asked = 0, random = Math.random): number {
  const ceiling = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(failures, 16));
  return Math.max(grantedSeconds(asked), 1 + random() * (ceiling - 1));
}

/**
 * Returns how long to wait after a response without tokens: at least two seconds, up to twice as long each time, at most
 * ten minutes.
 *
 * @param asked the pause that the server asked for, in seconds
 */
export function resendSeconds(failures: number, asked = 0, random = Math.random): number {
  const ceiling = Math.min(LONGEST_SECONDS, 2 * FIRST_SECONDS * 2 ** Math.min(failures, 16));
  return Math.max(grantedSeconds(asked), (ceiling / 2) * (1 + random()));
}

/** Returns the pause that a server is granted of what it asked for, in seconds. */
export function grantedSeconds(asked: number): number {
  return asked > 0 ? Math.min(asked, LONGEST_GRANTED_SECONDS) : 0;
}
