import { retryAfterSecondsOf } from './retry-after.ts';

/** A server may ask for any pause. A longer one tells a person no more than "later". */
const LONGEST_PAUSE_SECONDS = 15 * 60;
const USUAL_PAUSE_SECONDS = 30;

/** Returns the response in an error of the OAuth library, which has it as a field. */
export function responseOf(error: unknown): Response | undefined {
  const isOfResponse = error instanceof Error && 'response' in error && error.response instanceof Response;
  return isOfResponse ? (error.response as Response) : undefined;
}

/** Returns the pause in seconds that a server asks for, from 1 s to 15 min. 30 s if it asks for none. */
export function pauseSecondsOf(response: Response | undefined): number {
  const asked = retryAfterSecondsOf(response?.headers.get('retry-after')) ?? USUAL_PAUSE_SECONDS;
  return Math.min(Math.max(asked, 1), LONGEST_PAUSE_SECONDS);
}
