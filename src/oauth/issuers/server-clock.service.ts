import { Injectable } from '@nestjs/common';
import { BoundedCache } from '../../caching/bounded-cache.ts';
import { ServerDates } from '../../leases/clock/server-dates.service.ts';

/** A difference below this is the inexactness of the network and of the header. */
const TOLERANCE_MS = 2_000;

/** Strangers name origins, so their number is limited. */
const MOST_ORIGINS = 10_000;

/** Reads a header of a response by its lower-case name. */
export type HeaderReader = (name: 'age' | 'date') => string | null | undefined;

/**
 * The clocks of issuers and PDSes, as estimated from their responses. Servers check assertions and proofs by their own
 * clock and tolerate no client that runs ahead. A broker whose clock is wrong therefore signs by theirs.
 */
@Injectable()
export class ServerClock {
  private readonly offsets = new BoundedCache<string, number>(MOST_ORIGINS);

  constructor(private readonly serverDates: ServerDates) {}

  now(origin: string): Date {
    return new Date(Date.now() + this.offsetOf(origin));
  }

  /** Returns how far a server's clock runs ahead of this one, in milliseconds; 0 for one within the tolerance. */
  offsetOf(origin: string): number {
    return this.offsets.get(origin) ?? 0;
  }

  /**
   * Learns from the `Date` of a response (RFC 9110 section 6.6.1), unless a cache has kept the response for a while.
   *
   * @param assumed the offset that the request was signed with: another response may have corrected it meanwhile
   * @returns whether that offset was wrong
   */
  observe(origin: string, header: HeaderReader, assumed = this.offsetOf(origin)): boolean {
    const told = Date.parse(header('date') ?? '');
    if (Number.isNaN(told) || isFromCache(header)) return false;
    this.serverDates.note(origin, told);
    const offset = told - Date.now();
    if (differ(offset, this.offsetOf(origin))) this.set(origin, offset);
    return differ(offset, assumed);
  }

  private set(origin: string, offset: number): void {
    if (differ(offset, 0)) this.offsets.set(origin, offset);
    else this.offsets.delete(origin);
  }
}

function differ(one: number, other: number): boolean {
  return Math.abs(one - other) > TOLERANCE_MS;
}

/** Returns whether a response is older than its arrival (RFC 9111 section 5.1). */
function isFromCache(header: HeaderReader): boolean {
  return Number(header('age') ?? 0) !== 0;
}
