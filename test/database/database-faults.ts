import { sql } from 'kysely';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import type { Schema } from '../../src/database/tables/schema.ts';

/** Has Postgres refuse to change the rows of a table, as one whose disk is in trouble. */
export async function refuseWrites(database: Database, table: keyof Schema): Promise<void> {
  await sql`create or replace function refuse() returns trigger language plpgsql
    as $$ begin raise exception 'the disk is in trouble'; end $$`.execute(database);
  await sql`create or replace trigger refuse before insert or update on ${sql.table(table)}
    for each row execute function refuse()`.execute(database);
}

export async function allowWrites(database: Database, table: keyof Schema): Promise<void> {
  await sql`drop trigger if exists refuse on ${sql.table(table)}`.execute(database);
}

/** Makes the connections to a Postgres find functions of the database's own before those of the server. */
export async function makeClockSteppable(config: DatabaseConfig): Promise<void> {
  const database = await openDatabase(config);
  const name = config.kind === 'postgres' ? new URL(config.url).pathname.slice(1) : '';
  await stepClock(database, '0');
  await sql`alter database ${sql.ref(name)} set search_path = public, pg_catalog`.execute(database);
  await database.destroy();
}

/** Steps the clock that brokers read. */
export async function stepClock(database: Database, offset: string): Promise<void> {
  await sql`create or replace function public.statement_timestamp() returns timestamptz language sql stable
    as ${sql.lit(`select pg_catalog.statement_timestamp() + interval '${offset}'`)}`.execute(database);
}
