import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, it } from '@jest/globals';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { Database } from '../../src/database/connection/database.ts';
import type { DialectName } from '../../src/database/engine/dialect.ts';
import { migrateUp } from '../../src/database/migrator/migrator.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { connectPostgres } from '../network/postgres.ts';
import { makeScratchDirectory } from '../network/scratch-directory.ts';

/** Opens a fresh, migrated database, which is closed and deleted when the suite has ended. */
export type OpenTestDatabase = () => Promise<Database>;

export type TestDialect = {
  dialect: DialectName;
  /** Makes a fresh, empty database to open by its configuration; deleted when the suite has ended. */
  create: () => Promise<DatabaseConfig>;
};

const makers: Readonly<Record<DialectName, () => Promise<TemporaryDatabase>>> = {
  sqlite: makeSqliteFile,
  postgres: makePostgresDatabase,
};

/**
 * Runs one suite for each database named in DIALECTS; for both when it is not set.
 *
 * @param among the databases that the suite is about
 */
export function describeDialects(
  name: string,
  suite: (open: OpenTestDatabase, testDialect: TestDialect) => void,
  among: readonly DialectName[] = ['sqlite', 'postgres'],
): void {
  const dialects = requestedDialects().filter(requested => among.includes(requested));
  // A file without any test would fail.
  if (dialects.length === 0)
    it.skip(`${name} (${among.join(', ')}, which DIALECTS leaves out)`, () => undefined);
  for (const dialect of dialects) {
    describe(`${name} (${dialect})`, () => {
      const cleanups: (() => Promise<void>)[] = [];
      afterAll(async () => {
        for (const cleanUp of cleanups.reverse()) await cleanUp();
      });
      const create = async (): Promise<DatabaseConfig> => {
        const { config, remove } = await makers[dialect]();
        cleanups.push(remove);
        return config;
      };
      const open = async (): Promise<Database> => {
        const database = await openDatabase(await create());
        cleanups.push(() => database.destroy());
        await migrateUp(database);
        return database;
      };
      suite(open, { dialect, create });
    });
  }
}

/** Says whether a suite that is about one database only has to run. */
export function isRequested(dialect: DialectName): boolean {
  return requestedDialects().includes(dialect);
}

/** The databases that DIALECTS names. */
export function requestedDialects(): DialectName[] {
  return (process.env.DIALECTS ?? 'sqlite,postgres').split(',').map(name => {
    if (name === 'sqlite' || name === 'postgres') return name;
    throw new Error(`DIALECTS names "${name}"; it may name sqlite and postgres, separated by a comma`);
  });
}

type TemporaryDatabase = { config: DatabaseConfig; remove: () => Promise<void> };

async function makeSqliteFile(): Promise<TemporaryDatabase> {
  const directory = await makeScratchDirectory('latchkey-sqlite-');
  return {
    config: { kind: 'sqlite', path: join(directory, 'latchkey.sqlite') },
    remove: () => rm(directory, { recursive: true }),
  };
}

async function makePostgresDatabase(): Promise<TemporaryDatabase> {
  const adminUrl = process.env.TEST_POSTGRES_URL;
  if (!adminUrl)
    throw new Error('TEST_POSTGRES_URL is not set; jest.config.json names the set-up that sets it');
  const { createDatabase, dropDatabase } = connectPostgres(adminUrl);
  const url = await createDatabase();
  return { config: { kind: 'postgres', url }, remove: () => dropDatabase(url) };
}
