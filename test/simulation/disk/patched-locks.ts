import { createRequire } from 'node:module';
import type Sqlite from 'better-sqlite3';
import { type Actor, currentActor } from '../time/actor.ts';

const opened = new Map<Actor, Sqlite.Database[]>();

/** The SQLite files that a process locks for as long as it runs: its slot, and its journal of newest states. */
const locked = /(\.lock|high-water\.sqlite)$/;

/** Remembers the SQLite files that each actor locks. */
export function patchLocks(): void {
  const require = createRequire(import.meta.url);
  const { prototype } = require('better-sqlite3') as { prototype: Sqlite.Database };
  // Modules that were loaded earlier have the class itself, so its prototype is patched.
  const exec: Sqlite.Database['exec'] = Reflect.get(prototype, 'exec');
  prototype.exec = function (this: Sqlite.Database, sql: string) {
    const actor = currentActor();
    if (actor && locked.test(this.name)) opened.set(actor, [...(opened.get(actor) ?? []), this]);
    return exec.call(this, sql);
  };
}

/** Releases the locks of an actor that has ended, as the kernel does. */
export function releaseLocksOf(actor: Actor): void {
  for (const handle of opened.get(actor) ?? []) handle.close();
  opened.delete(actor);
}
