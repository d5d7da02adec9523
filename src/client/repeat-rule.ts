import { toldWaitMs } from './told-wait.ts';

/**
 * The broker's errors after which it certainly has not carried out a call: it refused the call, or found no token to send
 * it with. `UpstreamUnavailable` and `UpstreamTimeout` are none of them: the account's server may have received the call.
 */
export const neverCarriedOut: readonly string[] = [
  'TooManyRequests',
  'TokenUnavailable',
  'SessionSuspended',
  'DatabaseUnavailable',
  'SealedRowUnreadable',
  'ShuttingDown',
];

/** Tries of one request whose connection fails. */
const MOST_BROKEN_TRIES = 5;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
const MOST_JITTER_MS = 5_000;

/** One try of a request: its response, or none because the connection failed. */
export type Try = {
  readonly response: Response | undefined;
  /** How many tries there were, this one included. */
  readonly tries: number;
  /** Whether a second execution does no harm. */
  readonly isIdempotent: boolean;
};

/**
 * Decides whether a request is sent again, and when. Returns the milliseconds to wait, or undefined to give up. A request
 * that may have been carried out is sent again only if it is idempotent.
 *
 * @param random from 0 to 1
 */
export function decidePause({ response, tries, isIdempotent }: Try, random: number): number | undefined {
  if (response === undefined)
    return isIdempotent && tries < MOST_BROKEN_TRIES ? jittered(backOff(tries), random) : undefined;
  if (!isIdempotent && !isCertainlyRefused(response)) return undefined;
  const told = toldWaitMs(response);
  if (!isForWaiting(response.status, told)) return undefined;
  return jittered(Math.max(told ?? 0, backOff(tries)), random);
}

/** A gateway that does not say when to come back may be broken for good. */
function isForWaiting(status: number, told: number | undefined): boolean {
  if (status === 502 || status === 504) return told !== undefined;
  return status === 429 || status === 503;
}

/** A 429 says that the request was refused (RFC 6585 section 4), whichever server says it. */
function isCertainlyRefused({ status, headers }: Response): boolean {
  if (status === 429) return true;
  return status === 503 && neverCarriedOut.includes(headers.get('latchkey-error') ?? '');
}

function backOff(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
}

/** Later than told, never sooner: many programs were told the same moment. */
function jittered(pause: number, random: number): number {
  return pause + Math.min(pause / 4, MOST_JITTER_MS) * random;
}
