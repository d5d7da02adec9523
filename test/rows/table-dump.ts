import type { Database } from '../../src/database/connection/database.ts';

/** Returns every row of every table as one text: the loot of a database thief. */
export async function dumpTables(database: Database): Promise<string> {
  const tables = await database.introspection.getTables();
  const dumps = tables.map(async ({ name }) => {
    const rows = await database
      .selectFrom(name as 'lease')
      .selectAll()
      .execute();
    return [name, ...rows.map(row => JSON.stringify(row))].join('\n');
  });
  return (await Promise.all(dumps)).join('\n');
}
