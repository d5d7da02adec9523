import type { Kysely } from 'kysely';
import { MIGRATION_LOCK_ID } from 'kysely/migration';
import { codeOf } from '../../errors/code-of.ts';
import type { Database } from '../connection/database.ts';
import type { Schema } from '../tables/schema.ts';
import type { Timestamp } from '../tables/timestamp.ts';

export const MIGRATION_TABLE = 'schema_migration';
export const MIGRATION_LOCK_TABLE = 'schema_migration_lock';

type MigrationTables = {
  [MIGRATION_TABLE]: { name: string; timestamp: Timestamp };
  [MIGRATION_LOCK_TABLE]: { id: string; is_locked: number };
};

const ATTEMPTS = 5;

/** Creates the tables of Kysely's migrator. Runs before the transaction that locks one of their rows. */
export async function ensureMigrationTables(database: Database): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await createMigrationTables(database);
      return;
    } catch (error) {
      const isCollision = database.dialect.errors.isTableCollision(codeOf(error));
      if (!isCollision || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Lists the applied migrations, sorted by name. */
export async function appliedMigrations(
  db: Kysely<Schema>,
): Promise<{ name: string; timestamp: Timestamp }[]> {
  const tables = await db.introspection.getTables();
  if (!tables.some(table => table.name === MIGRATION_TABLE)) return [];
  return await db
    .$extendTables<MigrationTables>()
    .selectFrom(MIGRATION_TABLE)
    .select(['name', 'timestamp'])
    .orderBy('name')
    .execute();
}

async function createMigrationTables(database: Database): Promise<void> {
  await database.schema
    .createTable(MIGRATION_TABLE)
    .ifNotExists()
    .addColumn('name', 'varchar(255)', column => column.notNull().primaryKey())
    .addColumn('timestamp', 'varchar(255)', column => column.notNull())
    .execute();
  await database.schema
    .createTable(MIGRATION_LOCK_TABLE)
    .ifNotExists()
    .addColumn('id', 'varchar(255)', column => column.notNull().primaryKey())
    .addColumn('is_locked', 'integer', column => column.notNull().defaultTo(0))
    .execute();
  const tables = database.$extendTables<MigrationTables>();
  // An insert would wait for a process that migrates.
  if (await tables.selectFrom(MIGRATION_LOCK_TABLE).select('id').executeTakeFirst()) return;
  await tables
    .insertInto(MIGRATION_LOCK_TABLE)
    .values({ id: MIGRATION_LOCK_ID, is_locked: 0 })
    .onConflict(conflict => conflict.doNothing())
    .execute();
}
