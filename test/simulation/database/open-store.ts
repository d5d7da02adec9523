import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import Sqlite from 'better-sqlite3';
import { openDatabase } from '../../../src/database/connection/open-database.ts';
import { migrateUp } from '../../../src/database/migrator/migrator.ts';
import { SqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

let image: Promise<Buffer> | undefined;

/** Opens a new, migrated store. */
export async function openStore(kind: Store['kind']): Promise<Store> {
  if (kind === 'postgres') throw new Error('not yet');
  image ??= makeImage();
  return new SqliteStore(await image);
}

/** Migrates one database file, which every world then copies. */
async function makeImage(): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-simulation-'));
  const file = join(directory, 'image.sqlite');
  const database = await openDatabase({ kind: 'sqlite', path: file });
  await migrateUp(database).finally(() => database.destroy());
  const handle = new Sqlite(file);
  handle.pragma('journal_mode = DELETE');
  const bytes = handle.serialize();
  handle.close();
  await rm(directory, { recursive: true });
  return bytes;
}
