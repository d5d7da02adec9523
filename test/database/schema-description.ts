import { sql } from 'kysely';
import type { Database } from '../../src/database/connection/database.ts';

const queries = {
  sqlite: sql<{ line: string }>`
    select type || ' ' || name || ': ' || coalesce(sql, '') as line from sqlite_master
    where name not like 'schema_migration%' and tbl_name not like 'schema_migration%'`,
  postgres: sql<{ line: string }>`
    select concat_ws(' ', 'column', table_name, column_name, data_type, is_nullable, column_default) as line
      from information_schema.columns where table_schema = 'public' and table_name not like 'schema_migration%'
    union all
    select indexdef from pg_indexes where schemaname = 'public' and tablename not like 'schema_migration%'
    union all
    select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
      where connamespace = 'public'::regnamespace and conrelid::regclass::text not like 'schema_migration%'`,
};

/** Returns the whole schema, one table, column, index or constraint per line. */
export async function describeSchema(database: Database): Promise<string[]> {
  const { rows } = await queries[database.dialect.name].execute(database);
  return rows.map(({ line }) => line).sort();
}
