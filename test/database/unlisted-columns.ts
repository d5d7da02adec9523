import type { Database } from '../../src/database/connection/database.ts';
import { sealedColumns } from '../../src/database/tables/sealed-columns.ts';

/** A sealed text or a MAC: its version and the fingerprint of an encryption key. */
const NAMES_A_KEY = /^\d+\.[0-9a-f]{16}\./;

const listed = new Set(sealedColumns.map(([table, column]) => `${table}.${column}`));

/** Lists the columns that hold a sealed text or a MAC and are missing in {@link sealedColumns}. */
export async function findUnlistedColumns(database: Database): Promise<string[]> {
  const found = new Set<string>();
  for (const { name: table } of await database.introspection.getTables()) {
    const rows = await database
      .selectFrom(table as 'lease')
      .selectAll()
      .execute();
    for (const [column, value] of rows.flatMap(row => Object.entries<unknown>(row)))
      if (typeof value === 'string' && NAMES_A_KEY.test(value)) found.add(`${table}.${column}`);
  }
  return [...found].filter(column => !listed.has(column)).sort();
}
