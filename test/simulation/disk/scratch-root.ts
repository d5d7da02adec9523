import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Returns a directory for the brokers' disks: in memory where the machine has one, as their loss is simulated anyway. */
export function scratchRoot(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}
