import { Injectable } from '@nestjs/common';

/** A difference below this is the inexactness of the network and of the header. */
const TOLERANCE_MS = 2_000;

/**
 * The clocks of issuers and PDSes, as estimated from their responses. Servers check assertions and proofs by their own
 * clock and tolerate no client that runs ahead. A broker whose clock is wrong therefore signs by theirs.
 */
@Injectable()
export class ServerClock {
  private readonly offsets = new Map<string, number>();

  now(origin: string): Date {
    return new Date(Date.now() + this.offsetOf(origin));
  }

  /** Returns how far a server's clock runs ahead of this one, in milliseconds; 0 for one within the tolerance. */
  offsetOf(origin: string): number {
    return this.offsets.get(origin) ?? 0;
  }

  /**
   * Learns from a `Date` header (RFC 9110 section 6.6.1).
   *
   * @param assumed the offset that the request was signed with: another response may have corrected it meanwhile
   * @returns whether that offset was wrong
   */
  observe(origin: string, dateHeader: string | null, assumed = this.offsetOf(origin)): boolean {
    const told = Date.parse(dateHeader ?? '');
    if (Number.isNaN(told)) return false;
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
