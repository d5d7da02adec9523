import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../config/config-error.ts';
import { readPermissionSet } from './permission-set.ts';
import type { PermissionSet } from './scopes.ts';

const VARIABLE = 'LATCHKEY_PERMISSION_SETS_FILE';

/** Permission sets from the operator's file. The broker does not look them up in the network. */
export class PermissionSetFile {
  constructor(private readonly sets: ReadonlyMap<string, PermissionSet>) {}

  get(nsid: string): PermissionSet | undefined {
    return this.sets.get(nsid);
  }
}

/**
 * Reads a file of permission sets: a JSON array of lexicon documents.
 *
 * @throws ConfigError that names the problem
 */
export async function openPermissionSetFile(file: string | undefined): Promise<PermissionSetFile> {
  const sets = new Map<string, PermissionSet>();
  for (const [index, document] of (file === undefined ? [] : await readDocuments(file)).entries()) {
    const { nsid, set } = readEntry(document, index + 1);
    if (sets.has(nsid)) throw refused(`contains ${nsid} twice; remove one`);
    sets.set(nsid, set);
  }
  return new PermissionSetFile(sets);
}

async function readDocuments(file: string): Promise<unknown[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw refused(`names a file that cannot be read: ${reasonOf(cause)}`);
  });
  let documents: unknown;
  try {
    documents = JSON.parse(text);
  } catch (cause) {
    throw refused(`names a file that is not JSON: ${reasonOf(cause)}`);
  }
  if (!Array.isArray(documents)) throw refused('names a file that is not a JSON array of lexicon documents');
  return documents as unknown[];
}

function readEntry(document: unknown, number: number): ReturnType<typeof readPermissionSet> {
  try {
    return readPermissionSet(document);
  } catch (cause) {
    throw refused(`names a file whose entry ${number} ${reasonOf(cause)}`);
  }
}

function refused(message: string): ConfigError {
  return new ConfigError([{ variable: VARIABLE, message }]);
}

function reasonOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'message' in cause
    ? String(cause.message)
    : String(cause);
}
