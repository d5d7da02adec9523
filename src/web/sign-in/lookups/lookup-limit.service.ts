import { Injectable } from '@nestjs/common';
import { networkOf } from '../../../http/edge/address-limit.ts';
import { RateLimit } from '../../../http/edge/rate-limit.ts';

/** Lookups need no sign-in, so each network gets this many a minute. */
const LOOKUPS_PER_MINUTE = 60;

/** Limits how often the pages make the broker query other servers about accounts. */
@Injectable()
export class LookupLimit {
  private readonly limit = new RateLimit(LOOKUPS_PER_MINUTE);

  /** @throws BrokerError `TooManyRequests` */
  consume(address: string): Promise<void> {
    return this.limit.consume(networkOf(address));
  }
}
