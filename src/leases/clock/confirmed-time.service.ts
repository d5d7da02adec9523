import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import type { ClockReading } from './clock-trust.ts';

/** How old the first of two readings must be, by this process's monotonic clock. */
const CONFIRMED_AFTER_MS = 60 * 60_000;

/** Readings closer to the one before than this are not kept. */
const SPACING_MS = 5 * 60_000;

type KeptReading = Pick<ClockReading, 'database' | 'monotonic'>;

/**
 * The time up to which a row's age is confirmed by two readings of the database's clock, an hour of monotonic time
 * apart. Only rows that expired before it are deleted or revoked for their age. A process that started within the last
 * hour has no such time.
 */
@Injectable()
export class ConfirmedTime {
  /** Ordered by the monotonic clock. The first one is an hour old, if any is. */
  private kept: readonly KeptReading[] = [];
  private newest: KeptReading | undefined;

  constructor(private readonly processClock: ProcessClock) {}

  /** Adds a reading of a clock that is trusted, in any order. */
  note(reading: KeptReading): void {
    if (!this.newest || reading.monotonic > this.newest.monotonic) this.newest = reading;
    const last = this.kept.at(-1);
    const sinceLastMs = last ? reading.monotonic - last.monotonic : Infinity;
    if (sinceLastMs >= 0 && sinceLastMs < SPACING_MS) return;
    const kept = [...this.kept, reading].sort((one, other) => one.monotonic - other.monotonic);
    this.kept = kept.slice(Math.max(0, this.indexOfConfirmed(kept)));
  }

  /** Returns the earlier of the newest reading and the newest one that is an hour old; 1970 if there is none. */
  get(): Date {
    const confirmed = this.kept[this.indexOfConfirmed(this.kept)];
    if (!confirmed || !this.newest) return new Date(0);
    return new Date(Math.min(confirmed.database, this.newest.database));
  }

  private indexOfConfirmed(readings: readonly KeptReading[]): number {
    const before = this.processClock.monotonic() - CONFIRMED_AFTER_MS;
    return readings.findLastIndex(({ monotonic }) => monotonic <= before);
  }
}
