import { Resolver } from 'node:dns/promises';

/** The TXT records of a name, each joined from its parts; null when there are none. */
export type ResolveTxt = (hostname: string) => Promise<string[] | null>;

/** Milliseconds for the first try; the second takes up to twice as long. */
const patience = { timeout: 2000, tries: 2 };

const noSuchRecord = new Set(['ENOTFOUND', 'ENODATA']);

/** Ask the machine's name servers. Rejects when they give no answer at all. */
export async function resolveTxtBySystem(hostname: string): Promise<string[] | null> {
  try {
    const records = await new Resolver(patience).resolveTxt(hostname);
    return records.map(parts => parts.join(''));
  } catch (error) {
    if (isNoSuchRecord(error)) return null;
    throw error;
  }
}

const isNoSuchRecord = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && noSuchRecord.has(String(error.code));
