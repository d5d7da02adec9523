import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseConfig } from '../../src/config/config.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { migrateUp } from '../../src/database/migrator/migrator.ts';
import { connectPostgres } from '../network/postgres.ts';
import { makeScratchDirectory } from '../network/scratch-directory.ts';

let sqlite: Promise<Buffer> | undefined;
let postgres: Promise<string> | undefined;

/** Returns the content of a migrated SQLite file. Migrating each database costs more than most tests. */
export function sqliteTemplate(): Promise<Buffer> {
  return (sqlite ??= makeSqliteTemplate());
}

/** Returns the URL of a migrated Postgres database to copy, which has no connections. */
export function postgresTemplate(adminUrl: string): Promise<string> {
  return (postgres ??= makePostgresTemplate(adminUrl));
}

async function makeSqliteTemplate(): Promise<Buffer> {
  const directory = await makeScratchDirectory('latchkey-sqlite-');
  const path = join(directory, 'template.sqlite');
  await migrateAndClose({ kind: 'sqlite', path });
  return readFile(path).finally(() => rm(directory, { recursive: true }));
}

async function makePostgresTemplate(adminUrl: string): Promise<string> {
  const url = await connectPostgres(adminUrl).createDatabase();
  await migrateAndClose({ kind: 'postgres', url });
  return url;
}

async function migrateAndClose(config: DatabaseConfig): Promise<void> {
  const database = await openDatabase(config);
  await migrateUp(database).finally(() => database.destroy());
}
