import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Config } from '../../config/config.ts';
import { networkOf } from '../../http/edge/address-limit.ts';
import { createRateLimit, RateLimit } from '../../http/edge/rate-limit.ts';
import type { NativeApp } from '../registry/native-app.ts';

const ALL = 'all';

/** Limits the requests of native apps per minute, in this process: per address, per app, and in all. */
@Injectable()
export class NativeLimits {
  private readonly perAddress: RateLimit | undefined;
  private readonly perApp: RateLimit | undefined;
  private readonly overall: RateLimit | undefined;
  /** The limits of apps with a limit of their own, by requests per minute. */
  private readonly own = new Map<number, RateLimit>();

  constructor({ limits }: Config) {
    this.perAddress = createRateLimit(limits.nativePerAddress);
    this.perApp = createRateLimit(limits.nativePerApp);
    this.overall = createRateLimit(limits.native);
  }

  /**
   * Counts a request before its app is identified.
   *
   * @throws BrokerError `TooManyRequests`, as does {@link countApp}
   */
  async countRequest(address: string, reply: FastifyReply): Promise<void> {
    await this.perAddress?.count(networkOf(address), reply);
    await this.overall?.consume(ALL);
  }

  async countApp({ id, limitPerMinute }: NativeApp): Promise<void> {
    await (limitPerMinute === null ? this.perApp : this.ownLimit(limitPerMinute))?.consume(id);
  }

  private ownLimit(perMinute: number): RateLimit {
    const limit = this.own.get(perMinute) ?? new RateLimit(perMinute);
    this.own.set(perMinute, limit);
    return limit;
  }
}
