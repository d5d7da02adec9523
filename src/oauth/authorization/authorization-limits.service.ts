import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { networkOf } from '../../http/edge/address-limit.ts';
import { createRateLimit, type RateLimit } from '../../http/edge/rate-limit.ts';

const ALL = 'all';

/** Limits the authorizations that begin in a minute, in this process: each calls servers that a stranger may choose. */
@Injectable()
export class AuthorizationLimits {
  private readonly perAddress: RateLimit | undefined;
  private readonly overall: RateLimit | undefined;

  constructor({ limits }: Config) {
    this.perAddress = createRateLimit(limits.loginsPerAddress);
    this.overall = createRateLimit(limits.logins);
  }

  /**
   * Counts an authorization that an address begins. What is refused for its address counts for no other.
   *
   * @throws BrokerError `TooManyRequests`
   */
  async countBegun(address: string): Promise<void> {
    await this.perAddress?.consume(networkOf(address));
    await this.overall?.consume(ALL);
  }
}
