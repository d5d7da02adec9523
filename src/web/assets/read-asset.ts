import { readFile } from 'node:fs/promises';

/** Reads a file of this folder, such as `latchkey.css`. */
export function readAsset(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), 'utf8');
}
