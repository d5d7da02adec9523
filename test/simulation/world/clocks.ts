import type { Random } from '../time/random.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What a clock may suddenly be set by. */
const steps = [-DAY_MS, -2 * HOUR_MS, -11 * MINUTE_MS, 11 * MINUTE_MS, 100 * DAY_MS] as const;

/** A wall clock beyond this is wrong: the product may refuse to decide by it. */
const TOLERANCE_MS = 60_000;

/** One wall clock of the world. */
export type Clock = { readonly name: string; offsetMs: number };

/** The wall clocks of the database, of every machine and of every issuer. */
export class Clocks {
  readonly all: Clock[] = [];
  /** When the last wrong clock was set right, by the true time. */
  rightSince = 0;

  add(name: string): Clock {
    const clock = { name, offsetMs: 0 };
    this.all.push(clock);
    return clock;
  }

  get areRight(): boolean {
    return this.all.every(({ offsetMs }) => Math.abs(offsetMs) <= TOLERANCE_MS);
  }

  /** Sets a clock by one of the steps, or right again. */
  step(clock: Clock, random: Random, now: number): string {
    clock.offsetMs = clock.offsetMs === 0 ? random.pick(steps) : 0;
    this.rightSince = now;
    return `${clock.name} ${clock.offsetMs === 0 ? 'right' : `${clock.offsetMs / MINUTE_MS} min`}`;
  }

  /** Sets one clock right. */
  setOneRight(clock: Clock, now: number): void {
    if (clock.offsetMs === 0) return;
    clock.offsetMs = 0;
    this.rightSince = now;
  }

  setRight(now: number): void {
    if (!this.areRight) this.rightSince = now;
    for (const clock of this.all) clock.offsetMs = 0;
  }
}
