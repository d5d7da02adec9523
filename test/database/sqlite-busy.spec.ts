import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import type { Database } from '../../src/database/connection/database.ts';
import type { DatabaseLimits } from '../../src/database/engine/database-limits.ts';
import { migrateUp } from '../../src/database/migrator/migrator.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';

let directory: string;
let path: string;
/** Another program that opens the same file, such as a backup or a shell. */
let other: Sqlite.Database;
let database: Database | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-busy-'));
  path = join(directory, 'latchkey.sqlite');
  other = new Sqlite(path);
});

afterEach(async () => {
  other.close();
  await database?.destroy();
  database = undefined;
  await rm(directory, { recursive: true });
});

async function open(limits: Partial<DatabaseLimits> = {}): Promise<Database> {
  database = await openDatabase({ kind: 'sqlite', path }, { limits });
  await migrateUp(database);
  return database;
}

describe('a SQLite file that another program has locked', () => {
  it('is written when the lock is released, without blocking the process', async () => {
    const opened = await open();
    let ticks = 0;
    let isWritten = false;
    other.exec('begin immediate');
    // The lock is released only by a process that goes on meanwhile.
    const ticking = setInterval(() => {
      expect(isWritten).toBe(false);
      if (++ticks === 6) other.exec('rollback');
    }, 10);
    await insertLease(opened);
    isWritten = true;
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(5);
    expect(await namesOf(opened)).toEqual(['a']);
  });

  it('accepts a transaction when the lock is released', async () => {
    const opened = await open();
    other.exec('begin immediate');
    setTimeout(() => other.exec('rollback'), 100);
    await opened.transaction().execute(trx => insertLease(trx));
    expect(await namesOf(opened)).toEqual(['a']);
  });

  it('is locked from the start of a transaction, before its first write', async () => {
    const opened = await open();
    const write = (): unknown => other.exec("insert into lease values ('theirs', 'o', '')");
    other.pragma('busy_timeout = 0');
    await opened.transaction().execute(async trx => {
      await trx.selectFrom('lease').selectAll().execute();
      expect(write).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY' }));
      await insertLease(trx);
    });
    write();
    expect(await namesOf(opened)).toEqual(['a', 'theirs']);
  });

  it('opens when the lock is released', async () => {
    other.exec('begin exclusive');
    setTimeout(() => other.exec('rollback'), 100);
    expect(await namesOf(await open())).toEqual([]);
  });

  it('fails after the time limit, and works again later', async () => {
    const opened = await open({ busyMs: 100 });
    other.exec('begin immediate');
    await expect(insertLease(opened)).rejects.toMatchObject({
      code: 'DatabaseUnavailable',
      details: { retryAfterSeconds: 5 },
      cause: { code: 'SQLITE_BUSY' },
    });
    const transaction = opened.transaction().execute(trx => insertLease(trx));
    await expect(transaction).rejects.toMatchObject({ code: 'DatabaseUnavailable' });
    other.exec('rollback');
    await insertLease(opened);
    expect(await namesOf(opened)).toEqual(['a']);
  });
});

describe('the one SQLite connection', () => {
  it('reports a transaction that waits for itself', async () => {
    const opened = await open({ turnMs: 50 });
    const selfish = opened.transaction().execute(() => insertLease(opened));
    await expect(selfish).rejects.toMatchObject({ code: 'DatabaseUnavailable' });
    await insertLease(opened);
    expect(await namesOf(opened)).toEqual(['a']);
  });

  it('reads new columns with a statement that it prepared before', async () => {
    const opened = await open();
    await insertLease(opened);
    const select = sql<object>`select * from lease`;
    await select.execute(opened);
    await sql`alter table lease add column extra text default 'x'`.execute(opened);
    expect((await select.execute(opened)).rows).toMatchObject([{ name: 'a', extra: 'x' }]);
  });

  it('reports why SQLite rolled a transaction back by itself', async () => {
    const opened = await open();
    await sql`create table large (text text)`.execute(opened);
    await sql`pragma max_page_count = 100`.execute(opened);
    const filling = opened.transaction().execute(async trx => {
      for (;;) await sql`insert into large values (${'x'.repeat(10_000)})`.execute(trx);
    });
    await expect(filling).rejects.toMatchObject({ code: 'SQLITE_FULL' });
    expect(await namesOf(opened)).toEqual([]);
    expect((await sql`select 1 from large`.execute(opened)).rows).toEqual([]);
  });

  it('closes after its pending statements', async () => {
    const opened = await open();
    const works = opened.transaction().execute(async trx => {
      await insertLease(trx);
      await new Promise(resolve => setTimeout(resolve, 50));
    });
    const waits = namesOf(opened);
    await new Promise(resolve => setTimeout(resolve, 10));
    await opened.destroy();
    await works;
    expect(await waits).toEqual(['a']);
    await expect(namesOf(opened)).rejects.toThrow('destroyed');
  });
});

async function insertLease(db: Pick<Database, 'insertInto'>): Promise<void> {
  await db.insertInto('lease').values({ name: 'a', owner: 'o', until: '2026-11-20T18:00:00.000Z' }).execute();
}

async function namesOf(db: Database): Promise<string[]> {
  return (await db.selectFrom('lease').select('name').execute()).map(({ name }) => name);
}
