import type { FastifyReply } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { BrokerError } from '../errors/broker-error.ts';

const WINDOW_SECONDS = 60;

/** Counts requests by who makes them, minute by minute, in this process. */
export class RateLimit {
  private readonly limiter: RateLimiterMemory;

  constructor(private readonly perMinute: number) {
    this.limiter = new RateLimiterMemory({ points: perMinute, duration: WINDOW_SECONDS });
  }

  /**
   * Counts a request of `who`, and says in the headers `RateLimit-*` what is left, in the form that PDSes use.
   *
   * @throws BrokerError `TooManyRequests` when nothing is left in this minute
   */
  async count(who: string, reply: FastifyReply): Promise<void> {
    const counted = await this.limiter.consume(who).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    const resetSeconds = Math.ceil(counted.msBeforeNext / 1000);
    reply.headers({
      'ratelimit-limit': this.perMinute,
      'ratelimit-remaining': counted.remainingPoints,
      'ratelimit-reset': Math.ceil(Date.now() / 1000) + resetSeconds,
      'ratelimit-policy': `${this.perMinute};w=${WINDOW_SECONDS}`,
    });
    if (counted.consumedPoints <= this.perMinute) return;
    throw new BrokerError(
      'TooManyRequests',
      `No more than ${this.perMinute} requests a minute are answered.`,
      {
        retryAfterSeconds: resetSeconds,
      },
    );
  }
}

/** @param perMinute `off` for no limit */
export function createRateLimit(perMinute: number | 'off'): RateLimit | undefined {
  return perMinute === 'off' ? undefined : new RateLimit(perMinute);
}
