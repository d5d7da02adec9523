import { openDatabase } from '../../src/database/connection/open-database.ts';

/** A process of its own that opens the SQLite file named on its command line, says so, and stays. */
const path = process.argv[2] ?? '';
try {
  await openDatabase({ kind: 'sqlite', path });
  process.stdout.write('open\n');
  setInterval(() => undefined, 1000);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : 'failed'}\n`);
}
