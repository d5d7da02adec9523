import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Database } from '../../../src/database/connection/database.ts';
import type { DialectName } from '../../../src/database/engine/dialect.ts';
import type { BrokerSettings } from '../../../test/network/broker-process.ts';
import { brokerSettings } from '../../../test/network/broker-settings.ts';
import { startPostgres } from '../../../test/network/postgres.ts';
import type { Started } from '../../../test/network/started.ts';
import { Keyring } from '../../../src/crypto/keyring.ts';
import { migrateUp } from '../../../src/database/migrator/migrator.ts';
import { openDatabase } from '../../../src/database/connection/open-database.ts';
import { type Config, readConfig } from '../../../src/config/config.ts';
import { storeKeySessions } from '../grants.ts';
import { sessionAt, storeKeys } from '../stored-keys.ts';

/** Keys of one session. No account has so many, but a validation does not count them. */
const keysPerSession = 1_000;

/** An open database with stored keys. */
export type Place = {
  config: Config;
  /** The same with room for a single key in memory, so that each validation reads its row. */
  forgetful: Config;
  keyring: Keyring;
  database: Database;
  stored: number;
  /** The secrets of some of the keys, from all over the table. */
  secrets: readonly string[];
};

/** The place of new databases: files in a folder, or an own Postgres server. */
export type DatabaseMaker = () => Promise<string>;

export async function startDatabases(dialect: DialectName, started: Started): Promise<DatabaseMaker> {
  if (dialect === 'postgres') return (await started.start(startPostgres)).createDatabase;
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  await started.start(() => Promise.resolve({ stop: () => rm(directory, { recursive: true, force: true }) }));
  let files = 0;
  return () => Promise.resolve(`sqlite:${join(directory, `${++files}.sqlite`)}`);
}

/** Creates a database with this many keys. Returns the secrets of `asked` of them. */
export async function startPlace(
  databaseUrl: string,
  { stored, asked }: { stored: number; asked: number },
  started: Started,
): Promise<Place> {
  const settings = settingsWith(databaseUrl);
  const config = readConfig(settings);
  if (config.encryption.kind !== 'given') throw new Error('the settings have no encryption key');
  const keyring = new Keyring(config.encryption.keys);
  const database = await openDatabase(config.database);
  await started.start(() => Promise.resolve({ stop: () => database.destroy() }));
  await migrateUp(database);
  const count = Math.ceil(stored / keysPerSession);
  const sessions = await storeKeySessions(database, keyring, { config, issuer: nowhere, count });
  const each = Math.max(1, Math.floor(stored / asked));
  const keys = await storeKeys(database, keyring, {
    count: stored,
    sessionOf: key => sessionAt(sessions, Math.floor(key / keysPerSession)),
    isAskedFor: key => key % each === 0,
  });
  // The server would do it by itself later.
  await sql`analyze`.execute(database);
  const forgetful = readConfig({ ...settings, LATCHKEY_CACHED_SESSIONS: '1' });
  return { config, forgetful, keyring, database, stored, secrets: keys.map(({ secret }) => secret) };
}

/** Never called, because validations need no issuer. */
const nowhere = 'http://127.0.0.1:9';

function settingsWith(databaseUrl: string): BrokerSettings {
  const network = { pds: nowhere, plc: nowhere, accounts: [] };
  return brokerSettings({ network, port: 8787, databaseUrl });
}
