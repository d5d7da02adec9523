import { randomBytes } from 'node:crypto';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import type { BrokerSettings } from '../../test/network/broker-process.ts';
import { didOf, firstRefreshTokenOf } from '../../test/network/fake-accounts.ts';
import { Started } from '../../test/network/started.ts';
import { Keyring } from '../../src/crypto/keyring.ts';
import { migrateUp } from '../../src/database/migrator/migrator.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { readConfig } from '../../src/config/config.ts';
import { cpuTimeOf, residentMemoryOf } from '../process-usage.ts';
import { toNumber, toTable } from '../table.ts';
import { AppSession } from './app-session.ts';
import { jwksUrlOf, startBenchBroker } from './bench-broker.ts';
import { throughBroker } from './client.ts';
import type { Options } from './options.ts';
import { startBenchIssuer } from './strict-issuer.ts';
import { asId } from '../../test/ids.ts';

/** SQLite accepts 32,766 values per statement. */
const rowsAtOnce = 2_000;
const lanes = 16;

/** The number of responses in memory. */
const bound = 10_000;

const fewRows = 1_000;

/** Measured refreshes, after a warm-up. */
const measured = 2_000;
const warmUp = 500;

type RowsRun = {
  stored: number;
  /** Processor time of the broker for each refresh, in µs. */
  cpu: number;
};

type Place = { pid: number; sessions: readonly AppSession[] };

/** Measures the cost of a refresh with few and many stored tokens, on SQLite, and the memory of kept responses. */
export async function benchRows({ rows }: Options): Promise<string> {
  const few = await measureCost(fewRows);
  const many = await measureCost(rows);
  return `${toRowsTable([few, many])}\n\n${await at(fewRows, measureMemory)}`;
}

function measureCost(stored: number): Promise<RowsRun> {
  return at(stored, async ({ pid, sessions }) => {
    await refreshAll(sessions, warmUp);
    return { stored, cpu: (await cpuOf(pid, () => refreshAll(sessions, measured))) / measured };
  });
}

async function measureMemory({ pid, sessions }: Place): Promise<string> {
  await refreshAll(sessions, warmUp);
  const sizes = [await residentMemoryOf(pid)];
  for (let fill = 0; fill < 2; fill++) {
    await refreshAll(sessions, bound);
    sizes.push(await residentMemoryOf(pid));
  }
  const [start = 0, full = 0, beyond = 0] = sizes.map(Math.round);
  return `Memory of the broker: ${start} MiB at first, ${full} with ${toNumber(bound)} answers, ${beyond} after as many more.`;
}

/** Runs `work` with a new broker and this many stored tokens. */
async function at<Result>(stored: number, work: (place: Place) => Promise<Result>): Promise<Result> {
  const parts = new Started();
  try {
    const prepare = (settings: BrokerSettings): Promise<void> => storeTokens(settings, stored);
    const upstream = 'http://127.0.0.1:9';
    const { broker, clientId, redirectUri, keyId } = await startBenchBroker(
      'sqlite',
      upstream,
      parts,
      prepare,
    );
    const { url, endpoints } = await startBenchIssuer({ [clientId]: jwksUrlOf(broker) }, parts);
    const app = { name: 'Latchkey', issuer: url, endpoints, clientId, redirectUri, keyId };
    const client = throughBroker(broker.url, app);
    const sessions = Array.from(
      { length: lanes },
      (_, account) => new AppSession(client, firstRefreshTokenOf(didOf(account))),
    );
    return await work({ pid: broker.pid ?? 0, sessions });
  } finally {
    await parts.stop();
  }
}

async function cpuOf(pid: number, work: () => Promise<void>): Promise<number> {
  const before = await cpuTimeOf(pid);
  await work();
  return (await cpuTimeOf(pid)) - before;
}

async function refreshAll(sessions: readonly AppSession[], count: number): Promise<void> {
  let left = count;
  await Promise.all(
    sessions.map(async session => {
      while (left-- > 0) await session.refresh();
    }),
  );
}

/** Stores unused tokens. They need no valid MAC, as they are never read. */
async function storeTokens(settings: BrokerSettings, count: number): Promise<void> {
  const { database: place, encryption } = readConfig(settings);
  if (encryption.kind !== 'given') throw new Error('the broker has no encryption key in its settings');
  const [fingerprint = ''] = new Keyring(encryption.keys).fingerprints;
  const database = await openDatabase(place);
  await migrateUp(database);
  for (let stored = 0; stored < count; stored += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, count - stored) }, () => ({
      id: name(),
      token: name(),
      app_id: asId('bench'),
      issuer: 'https://pds.example',
      jkt: name(),
      kid: name(),
      mac: `1.${fingerprint}.${name()}`,
      created_at: toTimestamp(new Date()),
      expires_at: toTimestamp(new Date(Date.now() + 90 * 24 * 60 * 60_000)),
    }));
    await database.insertInto('native_refresh').values(rows).execute();
  }
  await database.destroy();
}

function name(): string {
  return randomBytes(32).toString('base64url');
}

function toRowsTable(runs: readonly RowsRun[]): string {
  const [few] = runs;
  const rows = runs.map(({ stored, cpu }) => [
    toNumber(stored),
    toNumber(cpu / 1000, 2),
    toNumber(cpu / (few?.cpu ?? Number.NaN), 2),
  ]);
  return toTable(['tokens stored', 'CPU of the broker for a refresh, ms', 'to few tokens'], rows);
}
