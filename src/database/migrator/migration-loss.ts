import { type Kysely, sql } from 'kysely';
import { migrations as ownMigrations } from '../../../migrations/index.ts';
import type { Database } from '../connection/database.ts';
import type { Schema } from '../tables/schema.ts';
import { migrateDownIn, type Migrations } from './migrator.ts';

/** What the undoing of a migration deletes: the rows of a table, or the values of a column. */
type MigrationLoss = { readonly table: string; readonly column?: string; readonly count: number };

/** The last migration and what its undoing deletes. */
export type LastMigration = { readonly name: string; readonly losses: readonly MigrationLoss[] };

type Place = { readonly table: string; readonly column: string };

/** Ends a transaction without a commit. */
class Preview extends Error {
  constructor(
    readonly migration: string,
    readonly kept: readonly Place[],
  ) {
    super('the preview of a migration is rolled back');
  }
}

/** Tells what the undoing of the last migration would delete, and changes nothing. Undefined if none is applied. */
export async function previewMigrateDown(
  database: Database,
  migrations: Migrations = ownMigrations,
): Promise<LastMigration | undefined> {
  const before = await placesOf(database);
  const preview = await database.transactIdempotent(undoAndRollBack).catch((error: unknown) => {
    if (error instanceof Preview) return error;
    throw error;
  });
  if (preview === undefined) return undefined;
  const kept = new Set(preview.kept.map(({ table, column }) => `${table}.${column}`));
  const keptTables = new Set(preview.kept.map(({ table }) => table));
  const dropped = before.filter(({ table, column }) => !kept.has(`${table}.${column}`));
  const tables = [...new Set(dropped.map(({ table }) => table))].filter(table => !keptTables.has(table));
  const columns = dropped.filter(({ table }) => keptTables.has(table));
  const losses = [...tables.map(table => ({ table })), ...columns];
  return {
    name: preview.migration,
    losses: await Promise.all(losses.map(loss => countLoss(database, loss))),
  };

  async function undoAndRollBack(trx: Kysely<Schema>): Promise<undefined> {
    const [name] = await migrateDownIn(trx, migrations);
    if (name !== undefined) throw new Preview(name, await placesOf(trx));
  }
}

async function placesOf(db: Kysely<Schema>): Promise<Place[]> {
  const tables = await db.introspection.getTables();
  return tables.flatMap(({ name, columns }) => columns.map(column => ({ table: name, column: column.name })));
}

async function countLoss(
  database: Database,
  { table, column }: { table: string; column?: string },
): Promise<MigrationLoss> {
  const counted = column === undefined ? sql`*` : sql.ref(column);
  const { rows } = await sql<{ count: number | string }>`
    select count(${counted}) as count from ${sql.table(table)}`.execute(database);
  return { table, ...(column !== undefined && { column }), count: Number(rows[0]?.count ?? 0) };
}
