import { expect, it } from '@jest/globals';
import type { Kysely } from 'kysely';
import type { Database } from '../../src/database/connection/database.ts';
import type { Schema } from '../../src/database/tables/schema.ts';
import { describeDialects } from './dialects.ts';

const until = '2026-11-20T18:00:00.000Z';

function insertLease(db: Kysely<Schema>, name: string): Promise<unknown> {
  return db.insertInto('lease').values({ name, owner: 'o', until }).execute();
}

async function namesOf(db: Kysely<Schema>): Promise<string[]> {
  const rows = await db.selectFrom('lease').select('name').orderBy('name').execute();
  return rows.map(({ name }) => name);
}

describeDialects('a transaction', (open, { dialect }) => {
  it('rolls back as a whole when its work throws, and passes the error on', async () => {
    const database = await open();
    const failing = database.transaction().execute(async trx => {
      await insertLease(trx, 'a');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await namesOf(database)).toEqual([]);
  });

  it('rolls back as a whole when a statement fails, and the database keeps working', async () => {
    const database = await open();
    await insertLease(database, 'taken');
    const failing = database.transaction().execute(async trx => {
      await insertLease(trx, 'a');
      await insertLease(trx, 'taken');
    });
    await expect(failing).rejects.toThrow(/unique/i);
    await insertLease(database, 'b');
    expect(await namesOf(database)).toEqual(['b', 'taken']);
  });

  it('is invisible to others until its commit', async () => {
    const database = await open();
    const seen = await seenMeanwhile(database, dialect === 'postgres');
    expect(seen).toEqual(dialect === 'postgres' ? [[], ['a', 'b']] : [['a', 'b']]);
  });

  it('never loses one of many increments', async () => {
    const database = await open();
    await insertLease(database, 'counter');
    await database.updateTable('lease').set({ owner: '0' }).execute();
    await Promise.all(Array.from({ length: 20 }, () => increment(database)));
    expect(await database.selectFrom('lease').select('owner').execute()).toEqual([{ owner: '20' }]);
  });

  it('returns the number of rows that a guarded update changed', async () => {
    const database = await open();
    await insertLease(database, 'a');
    const update = (owner: string): Promise<{ numUpdatedRows: bigint }> =>
      database.updateTable('lease').set({ owner: 'p' }).where('owner', '=', owner).executeTakeFirstOrThrow();
    expect([(await update('o')).numUpdatedRows, (await update('o')).numUpdatedRows]).toEqual([1n, 0n]);
  });
});

/** Reads in the middle of a transaction: at once on Postgres, after its end on SQLite. */
async function seenMeanwhile(database: Database, readsMeanwhile: boolean): Promise<string[][]> {
  const reads: Promise<string[]>[] = [];
  await database.transaction().execute(async trx => {
    await insertLease(trx, 'a');
    reads.push(namesOf(database));
    if (readsMeanwhile) await reads[0];
    await insertLease(trx, 'b');
  });
  if (readsMeanwhile) reads.push(namesOf(database));
  return await Promise.all(reads);
}

/** Reads, waits and writes. Only the transaction separates two of them. */
async function increment(database: Database): Promise<void> {
  await database.transaction().execute(async trx => {
    const read = trx.selectFrom('lease').select('owner');
    const { owner } = await database.dialect.lockRows(read).executeTakeFirstOrThrow();
    await new Promise(resolve => setImmediate(resolve));
    await trx
      .updateTable('lease')
      .set({ owner: `${Number(owner) + 1}` })
      .execute();
  });
}
