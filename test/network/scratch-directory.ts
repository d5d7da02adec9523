import { statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';

/** A container may have 64 MB there, which one Postgres cluster would fill. */
const enoughBytes = 2 * 1024 ** 3;

/** Makes a directory for data that nobody reads after the test: in memory where there is room, as disks are slow to sync. */
export function makeScratchDirectory(prefix: string): Promise<string> {
  return mkdtemp(join(hasRoom(memory) ? memory : tmpdir(), prefix));
}

function hasRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize > enoughBytes;
  } catch {
    return false; // Only Linux has it.
  }
}
