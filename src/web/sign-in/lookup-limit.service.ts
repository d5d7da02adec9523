import { Injectable } from '@nestjs/common';
import { networkOf } from '../../http/edge/address-limit.ts';
import { RateLimit } from '../../http/edge/rate-limit.ts';

/** So many accounts are looked up in a minute for one address, which anybody can be. */
const LOOKUPS_PER_MINUTE = 60;

/** Limits how often the pages make us ask other servers about accounts. */
@Injectable()
export class LookupLimit {
  private readonly limit = new RateLimit(LOOKUPS_PER_MINUTE);

  /** @throws BrokerError `TooManyRequests` */
  take(address: string): Promise<void> {
    return this.limit.take(networkOf(address));
  }
}
