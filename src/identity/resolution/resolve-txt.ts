import { Resolver } from 'node:dns/promises';
import { codeOf } from '../../errors/code-of.ts';
import { nameServerPatience } from '../network/resolve-name.ts';

/** Returns the TXT records of a name, each joined from its parts, or null if there are none. */
export type ResolveTxt = (hostname: string) => Promise<string[] | null>;

const noSuchRecord = new Set(['ENOTFOUND', 'ENODATA']);

/** Queries the machine's name servers. Rejects if none answers. */
export async function resolveTxtBySystem(hostname: string): Promise<string[] | null> {
  try {
    const records = await new Resolver(nameServerPatience).resolveTxt(hostname);
    return records.map(parts => parts.join(''));
  } catch (error) {
    if (noSuchRecord.has(codeOf(error))) return null;
    throw error;
  }
}
