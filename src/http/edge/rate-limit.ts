import type { FastifyReply } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { BrokerError } from '../../errors/broker-error.ts';

const WINDOW_SECONDS = 60;

/** Counts requests of each caller, minute by minute, in this process. */
export class RateLimit {
  private readonly limiter: RateLimiterMemory;

  constructor(private readonly perMinute: number) {
    this.limiter = new RateLimiterMemory({ points: perMinute, duration: WINDOW_SECONDS });
  }

  /**
   * Counts a request of `who` and sets the `RateLimit-*` headers to what is left, in the form that PDSes use.
   *
   * @throws BrokerError `TooManyRequests` when nothing is left in this minute
   */
  async count(who: string, reply: FastifyReply): Promise<void> {
    const counted = await this.countOf(who);
    const resetSeconds = secondsUntilReset(counted);
    reply.headers({
      'ratelimit-limit': this.perMinute,
      'ratelimit-remaining': counted.remainingPoints,
      'ratelimit-reset': Math.ceil(Date.now() / 1000) + resetSeconds,
      'ratelimit-policy': `${this.perMinute};w=${WINDOW_SECONDS}`,
    });
    this.requireWithin(counted);
  }

  /**
   * Counts an action of `who` for a limit that the response does not mention.
   *
   * @throws BrokerError `TooManyRequests` when nothing is left in this minute
   */
  async consume(who: string): Promise<void> {
    this.requireWithin(await this.countOf(who));
  }

  private countOf(who: string): Promise<RateLimiterRes> {
    return this.limiter.consume(who).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
  }

  private requireWithin(counted: RateLimiterRes): void {
    if (counted.consumedPoints <= this.perMinute) return;
    const message = `The limit of ${this.perMinute} requests a minute is reached. Try again later.`;
    throw new BrokerError('TooManyRequests', message, { retryAfterSeconds: secondsUntilReset(counted) });
  }
}

function secondsUntilReset({ msBeforeNext }: RateLimiterRes): number {
  return Math.ceil(msBeforeNext / 1000);
}

/** @param perMinute `off` for no limit */
export function createRateLimit(perMinute: number | 'off'): RateLimit | undefined {
  return perMinute === 'off' ? undefined : new RateLimit(perMinute);
}
