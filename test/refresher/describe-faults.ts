import { afterAll, afterEach, beforeAll, describe, jest } from '@jest/globals';
import { failPoints } from '../../src/config/values/fail-point.ts';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { DialectName } from '../../src/database/engine/dialect.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import { startTestBroker, type TestBroker, type TestBrokerOptions } from '../broker/test-broker.ts';
import { describeDialects, type TestDialect } from '../database/dialects.ts';
import type { OwnNetwork } from '../network/network.ts';
import { networkOfFile } from './network-of-file.ts';
import { signIn, type TestSession } from './test-session.ts';

/** How often each thing that may happen to a session is let happen. */
export const ROUNDS = process.env.TEST_LONG ? 50 : 3;
if (process.env.TEST_LONG) jest.setTimeout(10 * 60_000);

/** Brokers of one deployment, at a network of their file's own in which faults may happen. */
export type FaultyPlace = {
  readonly dialect: DialectName;
  readonly database: DatabaseConfig;
  readonly network: OwnNetwork;
  readonly broker: TestBroker;
  readonly brokers: readonly TestBroker[];
  /** Signs an account in anew, `alice.test` by default: a session of its own. */
  signIn: (handle?: string) => Promise<TestSession>;
  /** A session that works: one that an earlier test left so, or a new one. Its generation may be any. */
  takeSession: () => Promise<TestSession>;
};

export type FaultyPlaceOptions = Omit<TestBrokerOptions, 'network' | 'peer'> & {
  /** How many brokers share the database; with more than one, the suite is for Postgres alone. */
  readonly instances?: number;
  /** What the settings of all but the first have otherwise. */
  readonly othersSettings?: Readonly<Record<string, string>>;
};

/** Runs one suite for each database, at a network that no other file uses. */
export function describeFaults(
  name: string,
  suite: (place: () => FaultyPlace) => void,
  options: FaultyPlaceOptions = {},
): void {
  const atBrokers = (_open: unknown, { dialect, create }: TestDialect): void => {
    describe('where faults happen', () => {
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
  const network = await networkOfFile();
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
