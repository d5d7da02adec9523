import { statSync } from 'node:fs';
import type { DatabaseConfig } from '../../config/config.ts';
import type { HomeFacts } from '../engine/home-facts.ts';
import { resolveFile } from './sqlite-file.ts';

/** Returns the real path, inode and birth time of a database file. */
export function homeOfFile(config: DatabaseConfig): HomeFacts {
  if (config.kind !== 'sqlite') return {};
  const file = resolveFile(config.path);
  const { ino, birthtimeMs, ctimeMs } = statSync(file);
  // A file system without birth times has 0, or the time of the last change.
  const isBirthKnown = birthtimeMs > 0 && birthtimeMs < ctimeMs;
  return {
    file,
    inode: String(ino),
    ...(isBirthKnown && { born: new Date(birthtimeMs).toISOString() }),
  };
}
