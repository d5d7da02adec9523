import { setTimeout as delay } from 'node:timers/promises';
import { BrokerError } from '../../../src/errors/broker-error.ts';
import type { ModelBroker } from './model-broker.ts';
import type { SessionUnderTest } from './session-under-test.ts';

/** For how long something that waits for what is held up is given the chance not to wait for it. */
const GRACE_MS = 60;
const LIMIT_MS = 15_000;
const LOOK_MS = 4;

/** Something that a broker was asked to do with a session, and has not done yet. */
export type Flight = {
  readonly broker: ModelBroker;
  readonly session: SessionUnderTest;
  isSettled: boolean;
  failure: unknown;
};

/** What was asked for and is under way, over all brokers of a world. */
export class Flights {
  #flights: Flight[] = [];
  readonly #isHeldUp: (flight: Flight) => Promise<boolean>;

  /** @param isHeldUp whether a flight waits for something that happens only when it is told to */
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

  /** Waits until nothing goes on that is not held up. */
  async settle(): Promise<void> {
    await Promise.all(this.#flights.map(flight => this.#settleOne(flight)));
    const failed = this.#flights.find(({ failure }) => failure !== undefined);
    if (failed) throw failed.failure;
    this.#flights = this.#flights.filter(({ isSettled }) => !isSettled);
  }

  isBusy(broker: ModelBroker): boolean {
    return this.#flights.some(flight => flight.broker === broker);
  }

  /** Forgets what a broker was asked for that is dead. */
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

/** What a caller may be told while a session has no working token, or none any more. */
function isExpected(error: unknown): boolean {
  return error instanceof BrokerError && expectedCodes.has(error.code);
}

const expectedCodes = new Set([
  'InvalidToken',
  'ReauthorizationRequired',
  'TokenUnavailable',
  'UpstreamUnavailable',
]);
