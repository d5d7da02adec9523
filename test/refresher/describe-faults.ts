import { afterAll, afterEach, beforeAll, describe, jest } from '@jest/globals';
import { failPoints } from '../../src/config/values/fail-point.ts';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { DialectName } from '../../src/database/engine/dialect.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import { startTestBroker, type TestBroker, type TestBrokerOptions } from '../broker/test-broker.ts';
import { describeDialects, type TestDialect } from '../database/dialects.ts';
import type { Network } from '../network/network.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { signIn, type TestSession } from './test-session.ts';

/** Rounds of each fault. */
export const ROUNDS = process.env.TEST_LONG ? 50 : 3;

/** Brokers of one deployment, in the file's own network with faults. */
export type FaultyPlace = {
  readonly dialect: DialectName;
  readonly database: DatabaseConfig;
  readonly network: Network;
  readonly broker: TestBroker;
  readonly brokers: readonly TestBroker[];
  /** Signs an account in, by default `alice.test`, for a new session. */
  signIn: (handle?: string) => Promise<TestSession>;
  /** Returns a working session of any generation, from an earlier test or new. */
  takeSession: () => Promise<TestSession>;
};

export type FaultyPlaceOptions = Omit<TestBrokerOptions, 'network' | 'peer'> & {
  /** Number of brokers on the database. More than one needs Postgres. */
  readonly instances?: number;
  /** Different settings of all but the first. */
  readonly othersSettings?: Readonly<Record<string, string>>;
};

/** Runs a suite for each database, in a network that no other file uses. */
export function describeFaults(
  name: string,
  suite: (place: () => FaultyPlace) => void,
  options: FaultyPlaceOptions = {},
): void {
  const atBrokers = (_open: unknown, { dialect, create }: TestDialect): void => {
    describe('where faults happen', () => {
      if (process.env.TEST_LONG) jest.setTimeout(10 * 60_000);
      let place: FaultyPlace | undefined;
      beforeAll(async () => {
        place = await startPlace(dialect, await create(), options);
      });
      afterEach(async () => {
        await place?.network.disarmFaults();
        await place?.network.resumePds();
        for (const { app } of place?.brokers ?? []) {
          for (const point of failPoints) app.get(FailPoints).arm(point, undefined);
        }
      });
      afterAll(async () => {
        for (const { app } of place?.brokers ?? []) await app.close();
      });
      suite(() => {
        if (!place) throw new Error('the brokers have not started');
        return place;
      });
    });
  };
  const isShared = (options.instances ?? 1) > 1;
  describeDialects(name, atBrokers, isShared ? ['postgres'] : ['sqlite', 'postgres']);
}

async function startPlace(
  dialect: DialectName,
  database: DatabaseConfig,
  { instances = 1, othersSettings = {}, ...options }: FaultyPlaceOptions,
): Promise<FaultyPlace> {
  const network = await networkOfWorker();
  const broker = await startTestBroker(dialect, database, { ...options, network });
  const brokers = [broker];
  const settings = { ...options.settings, ...othersSettings };
  while (brokers.length < instances)
    brokers.push(await startTestBroker(dialect, database, { ...options, settings, network, peer: broker }));
  return { dialect, database, network, broker, brokers, ...rememberSessions(broker) };
}

function rememberSessions(broker: TestBroker): Pick<FaultyPlace, 'signIn' | 'takeSession'> {
  let known: TestSession[] = [];
  const signInHere = async (handle?: string): Promise<TestSession> => {
    const session = await signIn(broker, handle);
    known.push(session);
    return session;
  };
  const takeSession = async (): Promise<TestSession> => {
    const atRest = await Promise.all(known.map(session => session.isAtRest()));
    known = known.filter((_, index) => atRest[index]);
    return known[0] ?? signInHere();
  };
  return { signIn: signInHere, takeSession };
}
