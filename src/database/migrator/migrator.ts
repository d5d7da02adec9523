import type { Kysely } from 'kysely';
import { type Migration, MIGRATION_LOCK_ID, type MigrationResultSet, Migrator } from 'kysely/migration';
import { migrations as ownMigrations } from '../../../migrations/index.ts';
import type { Database } from '../connection/database.ts';
import { isConflict } from '../connection/database-error.ts';
import {
  appliedMigrations,
  ensureMigrationTables,
  MIGRATION_LOCK_TABLE,
  MIGRATION_TABLE,
} from './migration-tables.ts';
import { waitWhileMigrating } from './migration-wait.ts';
import type { Schema } from '../tables/schema.ts';
import type { Timestamp } from '../tables/timestamp.ts';

export type Migrations = Readonly<Record<string, Migration>>;

export type MigrationStatus = { name: string; appliedAt?: Timestamp };

/**
 * Applies all missing migrations in one transaction. Returns their names.
 *
 * Any number of processes may call it at once: one migrates, the others wait.
 *
 * @throws Error that names the failed migration, or the remedy if the database is newer than this program
 */
export async function migrateUp(
  database: Database,
  migrations: Migrations = ownMigrations,
): Promise<string[]> {
  await ensureMigrationTables(database);
  return await waitWhileMigrating(database, () =>
    database.transactIdempotent(trx => runStep(trx, migrations, migrator => migrator.migrateToLatest())),
  );
}

/** Throws if the schema must stay as it is. Runs in the transaction that reverts. */
export type DownCheck = (trx: Kysely<Schema>) => Promise<void>;

/**
 * Reverts the last migration and deletes its data. Returns its name, or an empty list if no migration is applied.
 *
 * @throws what `check` throws, before anything is changed
 */
export async function migrateDown(
  database: Database,
  { migrations = ownMigrations, check }: { migrations?: Migrations; check?: DownCheck } = {},
): Promise<string[]> {
  await ensureMigrationTables(database);
  return await waitWhileMigrating(database, () =>
    database.transactIdempotent(trx => migrateDownIn(trx, migrations, check)),
  );
}

/** Does the same in a transaction of the caller, who also creates the migrator's tables. */
export async function migrateDownIn(
  trx: Kysely<Schema>,
  migrations: Migrations,
  check?: DownCheck,
): Promise<string[]> {
  return await runStep(trx, migrations, async migrator => {
    await check?.(trx);
    return migrator.migrateDown();
  });
}

/** Lists the migrations of this program and of the database, sorted by name. A pending one has no `appliedAt`. */
export async function migrationStatus(
  database: Database,
  migrations: Migrations = ownMigrations,
): Promise<MigrationStatus[]> {
  const applied = new Map(
    (await appliedMigrations(database)).map(({ name, timestamp }) => [name, timestamp]),
  );
  const names = new Set([...Object.keys(migrations), ...applied.keys()]);
  return [...names].sort().map(name => {
    const appliedAt = applied.get(name);
    return appliedAt === undefined ? { name } : { name, appliedAt };
  });
}

type Step = (migrator: Migrator) => Promise<MigrationResultSet>;

async function runStep(trx: Kysely<Schema>, migrations: Migrations, step: Step): Promise<string[]> {
  await lockMigrations(trx);
  await refuseNewer(trx, migrations);
  return namesDone(await step(createMigrator(trx, migrations)));
}

function createMigrator(db: Kysely<Schema>, migrations: Migrations): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: MIGRATION_LOCK_TABLE,
  });
}

/** Acquired before the first read, so that the reads see what another process migrated before. */
async function lockMigrations(trx: Kysely<Schema>): Promise<void> {
  const { adapter } = trx.getExecutor();
  await adapter.acquireMigrationLock(trx, { lockTable: MIGRATION_LOCK_TABLE, lockRowId: MIGRATION_LOCK_ID });
}

async function refuseNewer(trx: Kysely<Schema>, migrations: Migrations): Promise<void> {
  const unknown = (await appliedMigrations(trx))
    .map(({ name }) => name)
    .filter(name => !(name in migrations));
  if (unknown.length === 0) return;
  throw new Error(
    `The database is newer than this program: it has the migration ${unknown.join(', ')}. Start the newer Latchkey again, or migrate down with it first.`,
  );
}

function namesDone({ error, results = [] }: MigrationResultSet): string[] {
  if (error === undefined) return results.map(({ migrationName }) => migrationName);
  if (error instanceof Error && isConflict(error)) throw error;
  const failed = results.find(({ status }) => status === 'Error')?.migrationName;
  const subject = failed === undefined ? 'The migrations' : `The migration ${failed}`;
  throw new Error(`${subject} failed, and nothing was changed: ${reasonOf(error)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
