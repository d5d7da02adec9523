import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { networkOf } from '../../http/edge/address-limit.ts';
import { createRateLimit, type RateLimit } from '../../http/edge/rate-limit.ts';

/** Limits how often anybody asks for keys, and how often anybody is asked: each asking looks up an account elsewhere. */
@Injectable()
export class KeyRequestLimits {
  private readonly perAddress: RateLimit | undefined;
  private readonly perAccount: RateLimit | undefined;

  constructor({ limits }: Config) {
    this.perAddress = createRateLimit(limits.keyRequests);
    this.perAccount = createRateLimit(limits.keyRequests);
  }

  /** @throws BrokerError `TooManyRequests` */
  async takeFrom(address: string): Promise<void> {
    await this.perAddress?.take(networkOf(address));
  }

  /**
   * Counts an asking under the name that the account was given, before it is looked up, or under its DID.
   *
   * @throws BrokerError `TooManyRequests`
   */
  async takeFor(identifier: string): Promise<void> {
    await this.perAccount?.take(identifier.toLowerCase());
  }
}
