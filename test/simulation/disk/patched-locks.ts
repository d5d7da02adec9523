import { createRequire } from 'node:module';
import type Sqlite from 'better-sqlite3';
import { type Actor, currentActor } from '../time/actor.ts';

type SqliteClass = new (...parameters: ConstructorParameters<typeof Sqlite>) => Sqlite.Database;

const opened = new Map<Actor, Sqlite.Database[]>();

/** Remembers the SQLite files that each actor opens: the product's locks of files are such. */
export function patchLocks(): void {
  const require = createRequire(import.meta.url);
  const real = require('better-sqlite3') as SqliteClass;
  class RememberedSqlite extends real {
    constructor(...parameters: ConstructorParameters<typeof Sqlite>) {
      super(...parameters);
      const actor = currentActor();
      if (actor) opened.set(actor, [...(opened.get(actor) ?? []), this]);
    }
  }
  const cached = require.cache[require.resolve('better-sqlite3')];
  if (cached) cached.exports = RememberedSqlite;
}

/** Releases the locks of an actor that has ended, as the kernel does. */
export function releaseLocksOf(actor: Actor): void {
  for (const handle of opened.get(actor) ?? []) handle.close();
  opened.delete(actor);
}
