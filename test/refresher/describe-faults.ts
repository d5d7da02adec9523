import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { DialectName } from '../../src/database/database.ts';
import { startTestBroker, type TestBroker, type TestBrokerOptions } from '../broker/test-broker.ts';
import { describeDialects, type TestDialect } from '../database/dialects.ts';
import { type OwnNetwork, startNetwork } from '../network/network.ts';
import { signIn, type TestSession } from './test-session.ts';

/** Brokers of one deployment, at a network of their own in which faults may happen. */
export type FaultyPlace = {
  readonly dialect: DialectName;
  readonly database: DatabaseConfig;
  readonly network: OwnNetwork;
  readonly broker: TestBroker;
  readonly brokers: readonly TestBroker[];
  /** Signs an account in anew, `alice.test` by default: a session of its own. */
  signIn: (handle?: string) => Promise<TestSession>;
};

export type FaultyPlaceOptions = Omit<TestBrokerOptions, 'network' | 'peer'> & {
  /** How many brokers share the database; with more than one, the suite is for Postgres alone. */
  readonly instances?: number;
};

/** Runs one suite for each database, at a network that no other suite uses. */
export function describeFaults(
  name: string,
  suite: (place: () => FaultyPlace) => void,
  { instances = 1, ...options }: FaultyPlaceOptions = {},
): void {
  const among: DialectName[] = instances > 1 ? ['postgres'] : ['sqlite', 'postgres'];
  const atBrokers = (_open: unknown, { dialect, create }: TestDialect): void => {
    describe('where faults happen', () => {
      let place: FaultyPlace | undefined;
      beforeAll(async () => {
        const [network, database] = [await startNetwork(), await create()];
        const broker = await startTestBroker(dialect, database, { ...options, network });
        const brokers = [broker];
        while (brokers.length < instances)
          brokers.push(await startTestBroker(dialect, database, { ...options, network, peer: broker }));
        place = { dialect, database, network, broker, brokers, signIn: handle => signIn(broker, handle) };
      });
      afterEach(async () => {
        await place?.network.disarmFaults();
        await place?.network.resumePds();
      });
      afterAll(async () => {
        for (const { app } of place?.brokers ?? []) await app.close();
        await place?.network.stop();
      });
      suite(() => {
        if (!place) throw new Error('the brokers have not started');
        return place;
      });
    });
  };
  describeDialects(name, atBrokers, among);
}
