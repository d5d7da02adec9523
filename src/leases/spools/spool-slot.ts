import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { newId, parseId, SpoolId } from '../../database/tables/id.ts';
import { tryLockFile } from '../../database/sqlite/file-lock.ts';
import { codeOf } from '../../errors/code-of.ts';

/** A directory of answers that this process alone may fill and drain until it releases it. */
export type SpoolSlot = {
  readonly path: string;
  /** The owner of the attempts whose answers are in it. It is created once per directory. */
  readonly spoolId: SpoolId;
  readonly release: () => void;
};

/** Acquires a directory, and creates it if it is missing. Returns `undefined` if another process holds it. */
export function tryAcquireSlot(path: string): SpoolSlot | undefined {
  makeDirectory(path);
  const lock = tryLockDirectory(path);
  if (!lock) return undefined;
  try {
    return { path, spoolId: readOrCreateId(join(path, 'id')), release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Locks a directory of answers for this process. Returns `undefined` if it is locked. */
export function tryLockDirectory(path: string): { release: () => void } | undefined {
  return tryLockFile(lockOf(path));
}

/**
 * Returns whether the directory of a slot that this process holds still is that directory.
 *
 * @throws Error if another process has created one in its place
 */
export function isIntact({ path, spoolId }: SpoolSlot): boolean {
  const id = readIfPresent(join(path, 'id')).trim();
  if (id !== '' && id !== spoolId)
    throw new Error(`The spool directory ${path} was deleted, and is of another process now.`);
  return id !== '' && existsSync(lockOf(path));
}

/**
 * Creates the directory of a slot again, with its id, and locks it.
 *
 * @throws Error if another process creates one in its place
 */
export function restoreSlot({ path, spoolId, release }: SpoolSlot): SpoolSlot {
  makeDirectory(path);
  // A lock whose file was deleted keeps no other process away.
  const lock = existsSync(lockOf(path)) ? { release } : tryLockDirectory(path);
  if (!lock) throw new Error(`The spool directory ${path} was deleted, and is of another process now.`);
  if (lock.release !== release) release();
  replaceFile(join(path, 'id'), `${spoolId}\n`);
  return { path, spoolId, release: lock.release };
}

function lockOf(path: string): string {
  return join(path, 'slot.lock');
}

/** Only the holder of the slot's lock may call it. */
function readOrCreateId(file: string): SpoolId {
  const known = parseId(SpoolId, readIfPresent(file).trim());
  if (known !== undefined) return known;
  const id = newId(SpoolId);
  replaceFile(file, `${id}\n`);
  return id;
}

function readIfPresent(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Creates a directory and its missing parents, for its owner alone. Each of them survives a crash. */
function makeDirectory(path: string): void {
  const directory = resolve(path);
  const topmost = mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (topmost === undefined) return;
  for (let made = directory; ; made = dirname(made)) {
    // The name of a directory is durable only once its parent is synced.
    syncDirectory(dirname(made));
    if (made === resolve(topmost)) return;
  }
}

/** Replaces a small file, for its owner alone. It survives a crash with its old or its new text. */
function replaceFile(file: string, text: string): void {
  const draft = openSync(`${file}.part`, constants.O_CREAT | constants.O_WRONLY | constants.O_TRUNC, 0o600);
  try {
    writeSync(draft, text);
    fsyncSync(draft);
  } finally {
    closeSync(draft);
  }
  renameSync(`${file}.part`, file);
  syncDirectory(dirname(file));
}

function syncDirectory(directory: string): void {
  const handle = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
