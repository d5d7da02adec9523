import { setTimeout as delay } from 'node:timers/promises';
import { BrokerError } from '../../../src/errors/broker-error.ts';
import type { ModelBroker } from './model-broker.ts';
import type { SessionUnderTest } from './session-under-test.ts';

/** How long a flight may take before it counts as waiting for something that is held up. */
const GRACE_MS = 60;
const LIMIT_MS = 15_000;
const LOOK_MS = 4;

/** A pending operation of a broker on a session. */
export type Flight = {
  readonly broker: ModelBroker;
  readonly session: SessionUnderTest;
  isSettled: boolean;
  failure: unknown;
};

/** The pending operations of all brokers of a world. */
export class Flights {
  #flights: Flight[] = [];
  readonly #isHeldUp: (flight: Flight) => Promise<boolean>;

  /** @param isHeldUp returns whether a flight waits for something that the test controls */
  constructor(isHeldUp: (flight: Flight) => Promise<boolean>) {
    this.#isHeldUp = isHeldUp;
  }

  begin(broker: ModelBroker, session: SessionUnderTest, work: Promise<unknown>): Flight {
    const flight: Flight = { broker, session, isSettled: false, failure: undefined };
    this.#flights.push(flight);
    work
      .catch((error: unknown) => {
        if (!isExpected(error)) flight.failure = error;
      })
      .finally(() => {
        flight.isSettled = true;
      });
    return flight;
  }

  /** Waits until only held-up flights are pending. */
  async settle(): Promise<void> {
    await Promise.all(this.#flights.map(flight => this.#settleOne(flight)));
    const failed = this.#flights.find(({ failure }) => failure !== undefined);
    if (failed) throw failed.failure;
    this.#flights = this.#flights.filter(({ isSettled }) => !isSettled);
  }

  isBusy(broker: ModelBroker): boolean {
    return this.#flights.some(flight => flight.broker === broker);
  }

  /** Drops the flights of a dead broker. */
  drop(broker: ModelBroker): void {
    this.#flights = this.#flights.filter(flight => flight.broker !== broker);
  }

  async #settleOne(flight: Flight): Promise<void> {
    const startedAt = process.hrtime.bigint();
    const elapsedMs = (): number => Number(process.hrtime.bigint() - startedAt) / 1e6;
    while (!flight.isSettled) {
      await delay(LOOK_MS);
      if (elapsedMs() > GRACE_MS && (await this.#isHeldUp(flight))) return;
      if (elapsedMs() > LIMIT_MS) throw new Error(`session ${flight.session.id}: a request does not end`);
    }
  }
}

/** The errors that a caller may get while a session has no working token. */
function isExpected(error: unknown): boolean {
  return error instanceof BrokerError && expectedCodes.has(error.code);
}

const expectedCodes = new Set([
  'InvalidToken',
  'ReauthorizationRequired',
  'SessionSuspended',
  'TokenUnavailable',
  'UpstreamUnavailable',
]);
