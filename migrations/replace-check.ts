import { type Kysely, type RawBuilder, sql } from 'kysely';

/** A named check constraint of a table, with the values that its column accepts. */
export type ValueCheck = {
  readonly table: string;
  readonly name: string;
  readonly column: string;
  readonly values: readonly string[];
};

/** Replaces a check constraint. SQLite cannot alter one, so there the table is made anew with the same rows. */
export async function replaceCheck(db: Kysely<unknown>, check: ValueCheck): Promise<void> {
  if (isSqlite(db)) await rebuildTable(db, check);
  else {
    const { table, name } = check;
    await sql`alter table ${sql.ref(table)} drop constraint ${sql.ref(name)}`.execute(db);
    await sql`alter table ${sql.ref(table)} add constraint ${sql.ref(name)} check (${expressionOf(check)})`.execute(
      db,
    );
  }
}

function expressionOf({ column, values }: ValueCheck): RawBuilder<unknown> {
  return sql`${sql.ref(column)} in (${sql.join(values.map(value => sql.lit(value)))})`;
}

/** Only SQLite's parameters have no number. */
function isSqlite(db: Kysely<unknown>): boolean {
  return sql`${1}`.compile(db).sql === '?';
}

/**
 * Foreign keys that lead to the table are checked at the commit. The rows must come back into a table of the same name
 * by INSERT, which settles them; a renamed table would not.
 */
async function rebuildTable(db: Kysely<unknown>, check: ValueCheck): Promise<void> {
  const { table } = check;
  const copy = sql.ref(`${table}_copy`);
  const { rows } = await sql<{ type: string; sql: string }>`
    select type, sql from sqlite_schema where tbl_name = ${table} and sql is not null`.execute(db);
  const definition = rows.find(({ type }) => type === 'table')?.sql ?? '';
  await sql`pragma defer_foreign_keys = on`.execute(db);
  await sql`create table ${copy} as select * from ${sql.ref(table)}`.execute(db);
  await sql`drop table ${sql.ref(table)}`.execute(db);
  await sql.raw(withCheck(definition, check, db)).execute(db);
  await sql`insert into ${sql.ref(table)} select * from ${copy}`.execute(db);
  await sql`drop table ${copy}`.execute(db);
  for (const { type, sql: text } of rows) if (type !== 'table') await sql.raw(text).execute(db);
}

/** @throws Error if the definition of the table has no such constraint */
function withCheck(definition: string, check: ValueCheck, db: Kysely<unknown>): string {
  const start = `constraint "${check.name}" check `;
  const expression = expressionOf(check).compile(db).sql;
  // The old expression has one pair of parentheses inside its own.
  const replaced = definition.replace(
    new RegExp(`${start}\\((?:[^()]|\\([^()]*\\))*\\)`),
    `${start}(${expression})`,
  );
  if (!replaced.includes(`${start}(${expression})`))
    throw new Error(`The table ${check.table} has no constraint ${check.name}.`);
  return replaced;
}
