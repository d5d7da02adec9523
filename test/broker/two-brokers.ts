import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { stopBackground } from '../background/due.ts';
import { describeDialects } from '../database/dialects.ts';
import { startTestBroker, type TestBroker, type TestBrokerOptions } from './test-broker.ts';

/** After this time every instance knows another one's changes. */
const BOUND_MS = 5_000;

/** Two brokers of one deployment, without background work. */
export type TwoBrokers = { readonly first: TestBroker; readonly second: TestBroker };

/** Runs a suite with two brokers on one Postgres database. A SQLite file allows one process only. */
export function describeTwoBrokers(
  name: string,
  suite: (brokers: () => TwoBrokers) => void,
  options: Omit<TestBrokerOptions, 'anyDatabase' | 'inPlaceOf' | 'peer'> = {},
): void {
  describeDialects(
    name,
    (_open, { dialect, create }) => {
      // A block of its own, so that the brokers stop before the database is deleted.
      describe('at work', () => {
        const brokers: TestBroker[] = [];
        beforeAll(async () => {
          const database = await create();
          const first = await startTestBroker(dialect, database, options);
          brokers.push(first);
          brokers.push(await startTestBroker(dialect, database, { ...options, peer: first }));
          for (const broker of brokers) await stopBackground(broker);
        });
        afterAll(async () => {
          for (const { app } of brokers.toReversed()) await app.close();
        });
        suite(() => {
          const [first, second] = brokers;
          if (!first || !second) throw new Error('the brokers have not started');
          return { first, second };
        });
      });
    },
    ['postgres'],
  );
}

/**
 * Calls `use` repeatedly until every instance knows the change.
 *
 * @param changedAt by `performance.now()`
 */
export async function useUntilKnown(changedAt: number, use: () => Promise<unknown>): Promise<void> {
  while (performance.now() - changedAt < BOUND_MS) {
    await use();
    await sleep(250);
  }
}
