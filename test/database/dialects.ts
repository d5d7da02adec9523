import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, it } from '@jest/globals';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { Database } from '../../src/database/connection/database.ts';
import type { DialectName } from '../../src/database/engine/dialect.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { connectPostgres } from '../network/postgres.ts';
import { makeScratchDirectory, spoolDirectoryOf } from '../network/scratch-directory.ts';
import { postgresTemplate, sqliteTemplate } from '../per-worker/templates.ts';

/** Opens a new, migrated database. Closes and deletes it at the end of the suite. */
export type OpenTestDatabase = () => Promise<Database>;

export type TestDialect = {
  dialect: DialectName;
  /** Creates a new, migrated database to open by its configuration. Deletes it at the end of the suite. */
  create: () => Promise<DatabaseConfig>;
  /** The same without migrations, for suites about a first start. */
  createEmpty: () => Promise<DatabaseConfig>;
};

type Maker = (isMigrated: boolean) => Promise<TemporaryDatabase>;

const makers: Readonly<Record<DialectName, Maker>> = {
  sqlite: makeSqliteFile,
  postgres: makePostgresDatabase,
};

/**
 * Runs a suite for each database in DIALECTS, by default for both.
 *
 * @param among the databases that the suite supports
 */
export function describeDialects(
  name: string,
  suite: (open: OpenTestDatabase, testDialect: TestDialect) => void,
  among: readonly DialectName[] = ['sqlite', 'postgres'],
): void {
  const dialects = requestedDialects().filter(requested => among.includes(requested));
  // jest fails a file without tests.
  if (dialects.length === 0)
    it.skip(`${name} (${among.join(', ')}, which DIALECTS leaves out)`, () => undefined);
  for (const dialect of dialects) {
    describe(`${name} (${dialect})`, () => {
      const cleanups: (() => Promise<void>)[] = [];
      afterAll(async () => {
        for (const cleanUp of cleanups.reverse()) await cleanUp();
      });
      const make = async (isMigrated: boolean): Promise<DatabaseConfig> => {
        const { config, remove } = await makers[dialect](isMigrated);
        cleanups.push(remove);
        return config;
      };
      const open = async (): Promise<Database> => {
        const database = await openDatabase(await make(true));
        cleanups.push(() => database.destroy());
        return database;
      };
      suite(open, { dialect, create: () => make(true), createEmpty: () => make(false) });
    });
  }
}

/** Returns whether a suite for one database has to run. */
export function isRequested(dialect: DialectName): boolean {
  return requestedDialects().includes(dialect);
}

/** Returns the databases in DIALECTS. */
export function requestedDialects(): DialectName[] {
  return (process.env.DIALECTS ?? 'sqlite,postgres').split(',').map(name => {
    if (name === 'sqlite' || name === 'postgres') return name;
    throw new Error(`DIALECTS names "${name}"; it may name sqlite and postgres, separated by a comma`);
  });
}

type TemporaryDatabase = { config: DatabaseConfig; remove: () => Promise<void> };

async function makeSqliteFile(isMigrated: boolean): Promise<TemporaryDatabase> {
  const directory = await makeScratchDirectory('latchkey-sqlite-');
  const path = join(directory, 'latchkey.sqlite');
  if (isMigrated) await writeFile(path, await sqliteTemplate());
  return {
    config: { kind: 'sqlite', path },
    remove: () => rm(directory, { recursive: true }),
  };
}

async function makePostgresDatabase(isMigrated: boolean): Promise<TemporaryDatabase> {
  const adminUrl = process.env.TEST_POSTGRES_URL;
  if (!adminUrl)
    throw new Error('TEST_POSTGRES_URL is not set; jest.config.json names the set-up that sets it');
  const { createDatabase, copyDatabase, dropDatabase } = connectPostgres(adminUrl);
  const url = await (isMigrated ? copyDatabase(await postgresTemplate(adminUrl)) : createDatabase());
  const remove = async (): Promise<void> => {
    await dropDatabase(url);
    await rm(spoolDirectoryOf(url), { recursive: true, force: true });
  };
  return { config: { kind: 'postgres', url }, remove };
}
