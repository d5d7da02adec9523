import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import { openDatabase } from '../../database/connection/open-database.ts';
import { migrationStatus } from '../../database/migrator/migrator.ts';
import { type Finding, note, ok, problem } from './finding.ts';

/** Opens the database as a start would, and changes nothing. */
export async function checkDatabase({ database: place }: Config): Promise<Finding> {
  const subject = 'database';
  if (place.kind === 'sqlite' && !existsSync(place.path)) {
    if (isWritable(place.path)) return ok(subject, `the first start creates ${place.path}`);
    return problem(subject, `${place.path} can't be created`, 'Let the user of the broker write there.');
  }
  try {
    const database = await openDatabase(place);
    try {
      const missing = (await migrationStatus(database)).filter(({ appliedAt }) => appliedAt === undefined);
      return ok(
        subject,
        missing.length > 0 ? `the next start applies ${missing.length} migrations` : 'up to date',
      );
    } finally {
      await database.destroy();
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (/another latchkey process/i.test(text)) return ok(subject, 'a running broker has it open');
    return problem(subject, text, 'Check LATCHKEY_DATABASE_URL, and that the database runs.');
  }
}

export function checkSpool({ spoolDirectory }: Config): Finding {
  if (isWritable(`${spoolDirectory}/x`)) return ok('spool', `${spoolDirectory} can be written`);
  return problem(
    'spool',
    `${spoolDirectory} can't be written: answers would be lost while the database is away`,
    'Let the user of the broker write there, or set LATCHKEY_SPOOL_DIR.',
  );
}

export function checkAddress({ client, listen, baseUrl }: Config): Finding {
  if (client.kind === 'confidential') return ok('public address', baseUrl);
  return note(
    'public address',
    `${baseUrl} is for this machine alone (listening on port ${listen.port}), and sessions end after two weeks`,
    'Set LATCHKEY_PUBLIC_URL to an https address to serve others.',
  );
}

/** Looks at the nearest directory that exists. */
function isWritable(path: string): boolean {
  let directory = dirname(resolve(path));
  while (!existsSync(directory)) directory = dirname(directory);
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
