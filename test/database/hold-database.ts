import { openDatabase } from '../../src/database/connection/open-database.ts';

/** A process that opens the SQLite file of its command line, reports that, and stays. */
const path = process.argv[2] ?? '';
try {
  await openDatabase({ kind: 'sqlite', path });
  process.stdout.write('open\n');
  setInterval(() => undefined, 1000);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : 'failed'}\n`);
}
