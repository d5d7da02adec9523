import { randomBytes } from 'node:crypto';
import type { BrokerSettings } from '../../test/network/broker-process.ts';
import { didOf, firstRefreshTokenOf } from '../../test/network/fake-accounts.ts';
import { Started } from '../../test/network/started.ts';
import { Keyring, migrateUp, openDatabase, readConfig } from '../built-broker.ts';
import { cpuTimeOf, residentMemoryOf } from '../process-usage.ts';
import { toNumber, toTable } from '../table.ts';
import { AppSession } from './app-session.ts';
import { jwksUrlOf, startBenchBroker } from './bench-broker.ts';
import { throughBroker } from './client.ts';
import type { Options } from './options.ts';
import { startBenchIssuer } from './strict-issuer.ts';

/** SQLite takes 32,766 values in one statement. */
const rowsAtOnce = 2_000;
const lanes = 16;

/** As many answers as are kept in memory. */
const bound = 10_000;

const fewRows = 1_000;

type RowsRun = {
  stored: number;
  /** Processor time of the broker for each refresh while the memory fills, and when it is full. */
  filling: number;
  full: number;
  /** In MiB. */
  memory: { start: number; atBound: number; beyond: number };
};

/** What a refresh costs with few tokens stored and with many, on SQLite, and what the answers in memory take. */
export async function benchRows({ rows }: Options): Promise<string> {
  const runs = [await measureWith(fewRows), await measureWith(rows)];
  return toRowsTable(runs);
}

async function measureWith(stored: number): Promise<RowsRun> {
  const parts = new Started();
  try {
    const prepare = (settings: BrokerSettings): Promise<void> => storeTokens(settings, stored);
    const { broker, clientId, redirectUri, keyId } = await startBenchBroker(
      'sqlite',
      'http://127.0.0.1:9',
      parts,
      prepare,
    );
    const issuer = await startBenchIssuer({ [clientId]: jwksUrlOf(broker) }, parts);
    const { url, endpoints } = issuer;
    const client = throughBroker(broker.url, {
      name: 'Latchkey',
      issuer: url,
      endpoints,
      clientId,
      redirectUri,
      keyId,
    });
    const sessions = Array.from(
      { length: lanes },
      (_, account) => new AppSession(client, firstRefreshTokenOf(didOf(account))),
    );
    const pid = broker.pid ?? 0;
    await refreshAll(sessions, 500);
    const start = await residentMemoryOf(pid);
    const filling = await cpuOf(pid, () => refreshAll(sessions, bound));
    const atBound = await residentMemoryOf(pid);
    const full = await cpuOf(pid, () => refreshAll(sessions, bound));
    const beyond = await residentMemoryOf(pid);
    return { stored, filling: filling / bound, full: full / bound, memory: { start, atBound, beyond } };
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

/** Stores tokens that nobody has; what is never looked up needs no true MAC. */
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
      app_id: 'bench',
      issuer: 'https://pds.example',
      jkt: name(),
      kid: name(),
      mac: `1.${fingerprint}.${name()}`,
      created_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + 90 * 24 * 60 * 60_000).toISOString(),
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
  const rows = runs.map(({ stored, filling, full, memory }) => [
    toNumber(stored),
    toNumber(filling / 1000, 2),
    toNumber(full / 1000, 2),
    toNumber(full / (few?.full ?? Number.NaN), 2),
    [memory.start, memory.atBound, memory.beyond].map(size => toNumber(size)).join(', '),
  ]);
  return toTable(
    [
      'tokens stored',
      'CPU of the broker, ms each: the first 10,000',
      'the next 10,000',
      'to few tokens',
      'memory, MiB: at first, with 10,000 answers, after 20,000',
    ],
    rows,
  );
}
