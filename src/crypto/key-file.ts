import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { codeOf } from '../errors/code-of.ts';

/**
 * Reads an encryption key from its file. Returns `undefined` if the file does not exist.
 *
 * @throws Error if the file holds no encryption key
 */
export async function readKeyFile(file: string): Promise<Buffer | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    const key = Buffer.from(text, 'base64');
    if (key.length === 32 && key.toString('base64') === text) return key;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  throw new Error(`${file} does not hold an encryption key (32 bytes as base64). Restore it from a backup.`);
}

/** Creates a new encryption key in `file`, readable by its owner only. Never overwrites a file. */
export async function createKeyFile(file: string): Promise<Buffer> {
  const key = randomBytes(32);
  await writeFile(file, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return key;
}
