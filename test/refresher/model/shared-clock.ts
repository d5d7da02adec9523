import { jest } from '@jest/globals';
import type { Database } from '../../../src/database/connection/database.ts';

/** Moves time ahead for this process and for the clocks of the attached databases. */
export class SharedClock {
  #aheadMs = 0;

  constructor() {
    const [wall, monotonic] = [Date.now.bind(Date), performance.now.bind(performance)];
    jest.spyOn(Date, 'now').mockImplementation(() => wall() + this.#aheadMs);
    jest.spyOn(performance, 'now').mockImplementation(() => monotonic() + this.#aheadMs);
  }

  pass(minutes: number): void {
    this.#aheadMs += minutes * 60_000;
  }

  /** Attaches a database's clock to this one. */
  follow(database: Database): void {
    const now = database.now.bind(database);
    database.now = offsetSeconds => now((offsetSeconds ?? 0) + this.#aheadMs / 1000);
  }

  stop(): void {
    jest.restoreAllMocks();
  }
}
