import { statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';

/** In a container it may have only 64 MB, which one Postgres cluster fills. */
const enoughBytes = 2 * 1024 ** 3;

/** Creates a directory for temporary data, in memory if there is room, because disks are slow to sync. */
export function makeScratchDirectory(prefix: string): Promise<string> {
  return mkdtemp(join(scratch(), prefix));
}

/** Returns the spool directory of the brokers on a Postgres database of a test. Its name is random. */
export function spoolDirectoryOf(databaseUrl: string): string {
  return join(scratch(), 'latchkey-spools', new URL(databaseUrl).pathname.slice(1));
}

function scratch(): string {
  return hasRoom(memory) ? memory : tmpdir();
}

function hasRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize > enoughBytes;
  } catch {
    return false; // Only Linux has it.
  }
}
