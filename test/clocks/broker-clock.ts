import { Database } from '../../src/database/connection/database.ts';
import { ClockGuard } from '../../src/leases/clock/clock-guard.service.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { ProcessClock } from '../../src/waiting/process-clock.service.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import type { TestBroker } from '../broker/test-broker.ts';

/** How long one heartbeat lasts. */
const BEAT_MS = 30_000;

/** Moves the clocks of a broker: the database's own, and those of the process. */
export class BrokerClock {
  readonly #broker: TestBroker;
  /** How far the database's clock is ahead of the time that passed, in milliseconds. */
  #lead = 0;
  #passed = 0;

  constructor(broker: TestBroker) {
    this.#broker = broker;
    const { app, database } = broker;
    const real = new ProcessClock();
    Object.assign(app.get(ProcessClock), {
      monotonic: () => real.monotonic() + this.#passed,
      uptime: () => real.uptime() + this.#passed,
    });
    Object.assign(database, {
      now: (offsetSeconds = 0) =>
        Database.prototype.now.call(database, offsetSeconds + (this.#lead + this.#passed) / 1000),
    });
  }

  /** Sets the database's clock `lead` milliseconds ahead of the time that passed. The cached sessions are read again. */
  stepUnnoticed(lead: number, ...cached: SessionId[]): void {
    this.#lead = lead;
    for (const id of cached) this.#broker.app.get(SessionCache).forget(id);
  }

  /** As {@link stepUnnoticed}, until the next heartbeat. */
  step(lead: number, ...cached: SessionId[]): Promise<void> {
    this.stepUnnoticed(lead, ...cached);
    return this.beat();
  }

  /** Lets time pass for the database and the process, with a heartbeat each half minute. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= BEAT_MS) {
      this.#passed += Math.min(left, BEAT_MS);
      await this.beat();
    }
  }

  beat(): Promise<void> {
    return this.#broker.app.get(ClockGuard).beat();
  }
}
