import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openDatabase } from '../../../src/database/connection/open-database.ts';
import { migrateUp } from '../../../src/database/migrator/migrator.ts';
import {
  connectPostgres,
  type Postgres,
  type PostgresConnection,
  startPostgres,
} from '../../network/postgres.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { PostgresStore } from './postgres-store.ts';
import { SqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

let image: Promise<Buffer> | undefined;
let server: Promise<PostgresConnection> | undefined;
let own: Promise<Postgres> | undefined;

/** Opens a new, migrated store. */
export async function openStore(kind: Store['kind'], scheduler: Scheduler): Promise<Store> {
  if (kind === 'sqlite') return new SqliteStore(await (image ??= makeImage()));
  server ??= findServer();
  const { createDatabase, dropDatabase } = await server;
  const url = await createDatabase();
  const database = await openDatabase({ kind: 'postgres', url });
  await migrateUp(database).finally(() => database.destroy());
  return PostgresStore.open(
    url,
    work => scheduler.awaitStatement(work),
    () => dropDatabase(url),
  );
}

/** Stops the server, if this process started one. */
export async function stopServer(): Promise<void> {
  await (await own)?.stop();
}

/** Uses the server of the suites where there is one. Otherwise starts one. */
async function findServer(): Promise<PostgresConnection> {
  const url = process.env.TEST_POSTGRES_URL;
  return url === undefined ? (own ??= startPostgres()) : connectPostgres(url);
}

/** Migrates one database file, which every world then copies. */
async function makeImage(): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-simulation-'));
  const file = join(directory, 'image.sqlite');
  const database = await openDatabase({ kind: 'sqlite', path: file });
  await migrateUp(database).finally(() => database.destroy());
  const handle = new Sqlite(file);
  handle.pragma('journal_mode = DELETE');
  const bytes = handle.serialize();
  handle.close();
  await rm(directory, { recursive: true });
  return bytes;
}
