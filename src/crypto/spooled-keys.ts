import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors/code-of.ts';

/** A sealed text begins so. */
const SEALED = /^1\.([0-9a-f]{16})\./;

const START_BYTES = 19;

/** Everything sealed that a spool holds. Other files do not matter, whatever is in them. */
const SEALED_FILE = /\.(answer|grant|native|unread)$/;

/** A spool file, and the fingerprint of the encryption key that opens it. */
export type SpooledKey = { readonly file: string; readonly fingerprint: string };

/** Lists the sealed files of a spool and of its slots. A file that is not sealed names no key. */
export async function listSpooledKeys(spoolDirectory: string): Promise<SpooledKey[]> {
  const keys: SpooledKey[] = [];
  for (const file of await listFiles(spoolDirectory)) {
    const [, fingerprint] = SEALED.exec(await readStart(file)) ?? [];
    if (fingerprint !== undefined) keys.push({ file, fingerprint });
  }
  return keys;
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries
      .filter(entry => entry.isFile() && SEALED_FILE.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A file that is gone, or cannot be read, has no start. Its replay reports the latter. */
async function readStart(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } catch {
    return '';
  } finally {
    await file?.close();
  }
}
