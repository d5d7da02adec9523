import { readdir } from 'node:fs/promises';

/** Lists the answers in every slot of a spool directory, as paths in it. */
export async function listSpooled(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  return names.filter(name => /\.(answer|native)$/.test(name));
}
