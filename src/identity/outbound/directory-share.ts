import type { RateLimit } from '../../http/edge/rate-limit.ts';
import type { Fetch } from './guarded-fetch.ts';
import { OutboundError } from './outbound-error.ts';

/** For a server that asks for a pause and does not say how long. */
const USUAL_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** Answers by which a server asks for a pause. */
const PAUSES = new Set([429, 503]);

/**
 * Parts the requests to the operator's directories between logins and refreshes.
 *
 * Logins have a limit of their own, and pause once a directory asks for a pause: what it still answers then is for
 * refreshes.
 */
export class DirectoryShare {
  private readonly pausedUntil = new Map<string, number>();

  /** @param limit of the requests for logins to one directory, a minute. Without one they only pause */
  constructor(private readonly limit: RateLimit | undefined) {}

  /** Returns a fetch for logins. It throws BrokerError `TooManyRequests`, and OutboundError `spared` during a pause. */
  forLogins(fetch: Fetch): Fetch {
    const observed = this.forRefreshes(fetch);
    return async (input, init) => {
      const origin = originOf(input);
      if (performance.now() < (this.pausedUntil.get(origin) ?? 0))
        throw new OutboundError('spared', origin, false);
      await this.limit?.consume(origin);
      return observed(input, init);
    };
  }

  /** Returns a fetch that is never limited here, and notes pauses for the logins. */
  forRefreshes(fetch: Fetch): Fetch {
    return async (input, init) => {
      const response = await fetch(input, init);
      if (PAUSES.has(response.status)) this.notePause(originOf(input), response.headers.get('retry-after'));
      return response;
    };
  }

  private notePause(origin: string, retryAfter: string | null): void {
    const told = Number(retryAfter ?? Number.NaN) * 1000;
    const pause = told > 0 ? Math.min(told, LONGEST_PAUSE_MS) : USUAL_PAUSE_MS;
    this.pausedUntil.set(origin, performance.now() + pause);
  }
}

function originOf(input: Parameters<Fetch>[0]): string {
  return new URL(input instanceof Request ? input.url : input).origin;
}
