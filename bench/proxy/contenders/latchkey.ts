import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrokerSettings, startBroker } from '../../../test/network/broker-process.ts';
import { brokerSettings } from '../../../test/network/broker-settings.ts';
import { freePorts } from '../../../test/network/free-ports.ts';
import { startPostgres } from '../../../test/network/postgres.ts';
import { callerHeaders, type Contender } from './contender.ts';
import { storeBrowsers } from './stored-browsers.ts';

/** Limits that are counted as in service, and that no load here comes to. */
const unreachedLimits = {
  LATCHKEY_LIMIT_PER_ADDRESS: '100000000',
  LATCHKEY_LIMIT_PER_CREDENTIAL: '100000000',
  LATCHKEY_CONCURRENCY_PER_SESSION: '1000',
};

export type LatchkeyOptions = {
  database?: 'sqlite' | 'postgres';
  /** How many sessions are stored. */
  sessions?: number;
  /** How many of them the broker keeps in memory, if not as many as it does by itself. */
  cached?: number;
  /** Options of Node for its process. */
  nodeOptions?: string[];
};

/** Starts the built broker on a database of its own, with sessions at a PDS and the cookies of as many browsers. */
export async function startLatchkey(
  pds: string,
  { database = 'sqlite', sessions = 1, cached, nodeOptions = [] }: LatchkeyOptions = {},
): Promise<Contender> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  const cleanUps = [() => rm(directory, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  };
  try {
    const { databaseUrl, end } = database === 'sqlite' ? sqliteIn(directory) : await newPostgres();
    cleanUps.push(end);
    const settings = {
      ...(await settingsOf(pds, databaseUrl, directory)),
      ...(cached && { LATCHKEY_CACHED_SESSIONS: String(cached) }),
    };
    const cookies = await storeBrowsers(settings, pds, sessions);
    const broker = await startBroker(settings, undefined, nodeOptions);
    cleanUps.push(async () => {
      await broker.stop();
    });
    const name = `Latchkey on ${database === 'sqlite' ? 'SQLite' : 'Postgres'}`;
    return { name, pid: broker.pid ?? 0, url: broker.url, headers: callerHeaders, cookies, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function settingsOf(pds: string, databaseUrl: string, directory: string): Promise<BrokerSettings> {
  const [port = 0] = await freePorts(1);
  const network = { pds, plc: pds, accounts: [] };
  return {
    ...brokerSettings({ network, port, databaseUrl }),
    LATCHKEY_SPOOL_DIR: join(directory, 'spool'),
    ...unreachedLimits,
  };
}

type DatabasePlace = { databaseUrl: string; end: () => Promise<void> };

function sqliteIn(directory: string): DatabasePlace {
  return { databaseUrl: `sqlite:${join(directory, 'latchkey.sqlite')}`, end: () => Promise.resolve() };
}

async function newPostgres(): Promise<DatabasePlace> {
  const postgres = await startPostgres();
  return { databaseUrl: await postgres.createDatabase(), end: postgres.stop };
}
