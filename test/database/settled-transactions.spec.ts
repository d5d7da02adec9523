import { afterEach, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { migrations } from '../../migrations/index.ts';
import type { DatabaseConfig } from '../../src/config/config.ts';
import { CommitInDoubt } from '../../src/database/connection/settled-transactions.ts';
import type { Database } from '../../src/database/connection/database.ts';
import type { DatabaseLimits } from '../../src/database/engine/database-limits.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { migrateUp } from '../../src/database/migrator/migrator.ts';
import type { Schema } from '../../src/database/tables/schema.ts';
import { until } from '../until.ts';
import { commitFaults, type FaultyDatabase, openFaultyWay } from './commit-faults.ts';
import { describeDialects } from './dialects.ts';

const end = '2026-11-20T18:00:00.000Z';

function insertLease(db: Kysely<Schema>, name: string): Promise<unknown> {
  return db.insertInto('lease').values({ name, owner: 'o', until: end }).execute();
}

async function namesOf(db: Kysely<Schema>): Promise<string[]> {
  const rows = await db.selectFrom('lease').select('name').orderBy('name').execute();
  return rows.map(({ name }) => name);
}

describeDialects('a settled transaction', (_open, { dialect, create }) => {
  let opened: { database: Database; way: FaultyDatabase } | undefined;
  const open = async (
    limits: Partial<DatabaseLimits> = {},
  ): Promise<{ database: Database; way: FaultyDatabase }> => {
    const way = await openFaultyWay(await create());
    const database = await openDatabase(way.config, { limits });
    opened = { database, way };
    await migrateUp(database);
    return opened;
  };
  afterEach(async () => {
    await opened?.database.destroy();
    await opened?.way.close();
  });

  describe.each(commitFaults[dialect])('whose connection breaks %s its COMMIT', fault => {
    it('stores its rows once and returns the result of the run that stored them', async () => {
      const { database, way } = await open();
      let runs = 0;
      way.arm(fault, 0);
      const result = await database.transact(async transaction => {
        await insertLease(transaction, `run ${++runs}`);
        return runs;
      });
      expect(way.hasStruck()).toBe(true);
      expect(result).toBe(fault === 'before' ? 2 : 1);
      // The first read may get the broken connection.
      const stored = await until(
        'the connection is replaced',
        () => namesOf(database).catch(() => undefined),
        names => names !== undefined,
      );
      expect(stored).toEqual([`run ${result}`]);
    });
  });

  it('is in doubt while the database does not tell its outcome', async () => {
    const { database, way } = await open({ settleMs: 200 });
    way.arm('at', 0);
    const failing = database.transact(async transaction => {
      await insertLease(transaction, 'a');
      // No statement can settle this transaction: the table is missing.
      await sql`alter table commit_mark rename to hidden`.execute(transaction);
    });
    await expect(failing).rejects.toBeInstanceOf(CommitInDoubt);
    await expect(failing).rejects.toMatchObject({ code: 'DatabaseUnavailable' });
    expect(await namesOf(database)).toEqual(['a']);
  });

  it('fails with the error of its work, which it runs once', async () => {
    const { database } = await open();
    let runs = 0;
    const failing = database.transact(async transaction => {
      runs++;
      await insertLease(transaction, 'a');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect([runs, await namesOf(database)]).toEqual([1, []]);
  });
});

describeDialects(
  'under serializable isolation',
  (_open, { createEmpty }) => {
    const makeSerializable = async (): Promise<DatabaseConfig> => {
      const config = await createEmpty();
      const admin = await openDatabase(config);
      const [name] = (await sql<{ name: string }>`select current_database() as name`.execute(admin)).rows;
      await sql`alter database ${sql.id(name?.name ?? '')} set default_transaction_isolation = 'serializable'`.execute(
        admin,
      );
      await admin.destroy();
      return config;
    };
    const openSerializable = async (): Promise<Database> => {
      const database = await openDatabase(await makeSerializable());
      await migrateUp(database);
      return database;
    };

    it('processes that migrate at once run each migration once', async () => {
      const config = await makeSerializable();
      const processes = await Promise.all(Array.from({ length: 4 }, () => openDatabase(config)));
      const done = await Promise.all(processes.map(process => migrateUp(process)));
      expect(done.flat()).toEqual(Object.keys(migrations));
      await Promise.all(processes.map(process => process.destroy()));
    });

    it('idempotent transactions that collide are repeated', async () => {
      const database = await openSerializable();
      const add = (): Promise<unknown> =>
        database.transactIdempotent(async transaction => {
          await insertLease(transaction, `number ${(await namesOf(transaction)).length}`);
        });
      await Promise.all(Array.from({ length: 20 }, add));
      expect(await namesOf(database)).toHaveLength(20);
      await database.destroy();
    });

    it('transactions that collide are repeated until each has counted the others', async () => {
      const database = await openSerializable();
      const add = (): Promise<unknown> =>
        database.transact(async transaction => {
          await insertLease(transaction, `number ${(await namesOf(transaction)).length}`);
        });
      await Promise.all(Array.from({ length: 20 }, add));
      expect(await namesOf(database)).toHaveLength(20);
      await database.destroy();
    });

    it('single statements that collide are repeated', async () => {
      const database = await openSerializable();
      await insertLease(database, 'counter');
      await database.updateTable('lease').set({ owner: '0' }).execute();
      const increment = (): Promise<unknown> =>
        database
          .updateTable('lease')
          .set({ owner: sql<string>`cast(cast(owner as integer) + 1 as text)` })
          .execute();
      await Promise.all(Array.from({ length: 20 }, increment));
      expect(await database.selectFrom('lease').select('owner').execute()).toEqual([{ owner: '20' }]);
      await database.destroy();
    });
  },
  ['postgres'],
);
