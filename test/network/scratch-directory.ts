import { statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';

/** In a container it may have only 64 MB, which one Postgres cluster fills. */
const enoughBytes = 2 * 1024 ** 3;

/** Creates a directory for temporary data, in memory if there is room, because disks are slow to sync. */
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
