import { sql } from 'kysely';
import type { Dialect } from '../engine/dialect.ts';
import { homeOfFile } from './home-of-file.ts';
import { sqliteErrors } from './sqlite-errors.ts';

/** SQLite in one file. A transaction locks the whole file, so no row needs a lock of its own. */
export const sqlite: Dialect = {
  name: 'sqlite',
  errors: sqliteErrors,
  isExclusive: true,
  // SQLite blocks the process. From a million rows it deletes 20 in 1 ms and 100 in 7 ms.
  rowsPerDelete: 20,
  now: offsetSeconds => sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${`${offsetSeconds.toFixed(3)} seconds`})`,
  lockRows: query => query,
  lockFreeRows: query => query,
  readHome: (_, config) => Promise.resolve(homeOfFile(config)),
  countForeignWrites: async database => {
    const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(database);
    return rows[0]?.data_version;
  },
};
