import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, BrokerSettings } from '../../../test/network/broker-process.ts';
import { noLimits } from '../../../test/network/broker-settings.ts';
import { exchange } from '../../../test/network/http-exchange.ts';
import type { Started } from '../../../test/network/started.ts';
import { Keyring } from '../../../src/crypto/keyring.ts';
import { migrateUp } from '../../../src/database/migrator/migrator.ts';
import { openDatabase } from '../../../src/database/connection/open-database.ts';
import { readConfig } from '../../../src/config/config.ts';
import { medianOf } from '../../median.ts';
import { settingsOnPostgres, startBrokers } from '../../refresh/volume/deployment.ts';
import { startFakeIssuer } from '../../refresh/volume/fake-issuer.ts';
import { toNumber, toTable } from '../../table.ts';
import { storeKeySessions } from '../grants.ts';
import { sessionAt, type StoredKey, storeKeys } from '../stored-keys.ts';

/** Keys that are in use at a time, and the pause between their uses. */
const lanes = 20;
const useEachMs = 25;

/** A key is used for a while before it is revoked, so that its cache entry has any age. */
const longestUseMs = 2_500;
const patienceMs = 30_000;

/** Revokes keys at one of two brokers on one Postgres, each in constant use at the other. Returns a table. */
export async function benchRevocation({ tries }: { tries: number }, started: Started): Promise<string> {
  const issuer = await started.start(startFakeIssuer);
  const settings = (await settingsOnPostgres(2, issuer.url, started)).map(each => ({ ...each, ...noLimits }));
  const first: BrokerSettings = settings[0] ?? {};
  const keys = await storeKeysFor(first, issuer.url, tries);
  const [revoker, user] = await startBrokers(settings, started);
  if (!revoker || !user) throw new Error('two brokers are needed');
  const delays: number[] = [];
  const queue = [...keys];
  const lane = async (): Promise<void> => {
    for (let key = queue.pop(); key; key = queue.pop())
      delays.push(await timeRevocation(key, { revoker, user, adminToken: first.LATCHKEY_ADMIN_TOKEN ?? '' }));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const [median, longest] = [medianOf(delays) / 1000, Math.max(...delays) / 1000];
  return toTable(
    ['keys revoked at the one broker', 'refused by the other after, median, s', 'longest, s'],
    [[toNumber(delays.length), toNumber(median, 2), toNumber(longest, 2)]],
  );
}

async function storeKeysFor(settings: BrokerSettings, issuer: string, count: number): Promise<StoredKey[]> {
  const config = readConfig(settings);
  if (config.encryption.kind !== 'given') throw new Error('the brokers have no common encryption key');
  const keyring = new Keyring(config.encryption.keys);
  const database = await openDatabase(config.database);
  try {
    await migrateUp(database);
    const sessions = await storeKeySessions(database, keyring, { config, issuer, count });
    const sessionOf = (key: number) => sessionAt(sessions, key);
    return await storeKeys(database, keyring, { count, sessionOf, isAskedFor: () => true });
  } finally {
    await database.destroy();
  }
}

type Brokers = { revoker: Broker; user: Broker; adminToken: string };

/** Returns the milliseconds from the revocation request to the first refused use. */
async function timeRevocation(key: StoredKey, { revoker, user, adminToken }: Brokers): Promise<number> {
  await useUntil(key, user, performance.now() + Math.random() * longestUseMs);
  const startedAt = performance.now();
  const [answer, refusedAfter] = await Promise.all([
    exchange(new URL(`/api/keys/${key.id}`, revoker.url), {
      method: 'DELETE',
      headers: { authorization: `Bearer ${adminToken}` },
    }),
    untilRefused(key, user, startedAt),
  ]);
  if (answer.status !== 204) throw new Error(`the revocation answered ${answer.status}`);
  return refusedAfter;
}

async function useUntil(key: StoredKey, broker: Broker, end: number): Promise<void> {
  do {
    const status = await statusOf(key, broker);
    if (status !== 200) throw new Error(`a good key was answered ${status}`);
    await sleep(useEachMs);
  } while (performance.now() < end);
}

async function untilRefused(key: StoredKey, broker: Broker, startedAt: number): Promise<number> {
  for (;;) {
    const status = await statusOf(key, broker);
    const elapsed = performance.now() - startedAt;
    if (status === 401) return elapsed;
    if (elapsed > patienceMs) throw new Error('a revoked key still works');
    await sleep(useEachMs);
  }
}

async function statusOf({ secret }: StoredKey, { url }: Broker): Promise<number> {
  const headers = { authorization: `Bearer ${secret}` };
  return (await exchange(new URL('/api/me', url), { headers })).status;
}
