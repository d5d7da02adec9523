import { Injectable } from '@nestjs/common';
import { BoundedCache } from '../../caching/bounded-cache.ts';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { CLOCK_TOLERANCE_MS, type ClockReading, type Witness } from './clock-trust.ts';

/** Strangers name origins, so their number is limited. */
const MOST_ORIGINS = 1_000;
const HEARD_WITHIN_MS = 10 * 60_000;

/** With fewer, a single wrong clock could decide. */
const LEAST_ORIGINS = 3;

/** When a server was heard by this process's monotonic clock, and how far its own clock was ahead of that. */
type HeardDate = { readonly at: number; readonly lead: number };

/** Remembers the `Date` of recent responses, one per origin. Their median is a witness of the database's clock. */
@Injectable()
export class ServerDates {
  private readonly heard = new BoundedCache<string, HeardDate>(MOST_ORIGINS);

  constructor(private readonly processClock: ProcessClock) {}

  /** @param date the server's time when it sent its response, in milliseconds since 1970 */
  note(origin: string, date: number): void {
    const at = this.processClock.monotonic();
    this.heard.set(origin, { at, lead: date - at });
  }

  /** Compares the median of the servers that were heard within ten minutes with a reading of the database's clock. */
  compare({ database, monotonic }: ClockReading): Witness {
    const leads = [...this.heard.values()]
      .filter(({ at }) => monotonic - at <= HEARD_WITHIN_MS)
      .map(({ lead }) => lead)
      .sort((one, other) => one - other);
    const median = leads[Math.floor(leads.length / 2)];
    if (median === undefined || leads.length < LEAST_ORIGINS) return 'silent';
    return Math.abs(database - monotonic - median) <= CLOCK_TOLERANCE_MS ? 'agree' : 'disagree';
  }
}
