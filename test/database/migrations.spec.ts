import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { migrations } from '../../migrations/index.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { previewMigrateDown } from '../../src/database/migrator/migration-loss.ts';
import {
  migrateDown,
  migrateUp,
  type Migrations,
  migrationStatus,
} from '../../src/database/migrator/migrator.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { describeDialects } from './dialects.ts';
import { describeSchema } from './schema-description.ts';

const names = Object.keys(migrations);
const addsTable: Migration = {
  up: db => db.schema.createTable('extra').addColumn('id', 'text').execute(),
  down: db => db.schema.dropTable('extra').execute(),
};
const failsHalfway: Migration = {
  up: async db => {
    await db.schema.createTable('half').addColumn('id', 'text').execute();
    await db.schema.dropTable('missing').execute();
  },
};

function with9999(migration: Migration): Migrations {
  return { ...migrations, '9999-later': migration };
}

describeDialects('migrations', (open, { dialect, createEmpty }) => {
  it('are numbered in the order of their list', () => {
    expect([...names].sort()).toEqual(names);
  });

  it('create the same schema again after they were all undone', async () => {
    const database = await open();
    const before = await describeSchema(database);
    expect(before.length).toBeGreaterThan(10);
    for (const name of names.toReversed()) expect(await migrateDown(database)).toEqual([name]);
    expect(await describeSchema(database)).toEqual([]);
    expect(await migrateUp(database)).toEqual(names);
    expect(await describeSchema(database)).toEqual(before);
  });

  it('do nothing if all are applied', async () => {
    const database = await open();
    expect(await migrateUp(database)).toEqual([]);
    for (const name of names.toReversed()) expect(await migrateDown(database)).toEqual([name]);
    expect(await migrateDown(database)).toEqual([]);
  });

  it('tell what their undoing would take away, and take nothing', async () => {
    const database = await open();
    const both: Migration = {
      up: async db => {
        await addsTable.up(db);
        await db.schema.alterTable('instance').addColumn('note', 'text').execute();
      },
      down: async db => {
        await addsTable.down?.(db);
        await db.schema.alterTable('instance').dropColumn('note').execute();
      },
    };
    await migrateUp(database, with9999(both));
    await sql`insert into extra (id) values ('a'), (null)`.execute(database);
    await sql`insert into instance (owner, started_at, seen_at, note) values ('a', '', '', 'x'), ('b', '', '', null)`.execute(
      database,
    );
    const schema = await describeSchema(database);
    expect(await previewMigrateDown(database, with9999(both))).toEqual({
      name: '9999-later',
      losses: [
        { table: 'extra', count: 2 },
        { table: 'instance', column: 'note', count: 1 },
      ],
    });
    expect(await describeSchema(database)).toEqual(schema);
  });

  it('are not undone if a check in their transaction fails', async () => {
    const database = await open();
    const check = (): Promise<void> => Promise.reject(new Error('a broker runs'));
    await expect(migrateDown(database, { check })).rejects.toThrow('a broker runs');
    expect(await migrateUp(database)).toEqual([]);
  });

  it('report their state without changing the database', async () => {
    const database = await openDatabase(await createEmpty());
    try {
      expect(await migrationStatus(database)).toEqual(names.map(name => ({ name })));
      expect(await database.introspection.getTables()).toEqual([]);
      await migrateUp(database);
      const status = await migrationStatus(database, with9999(addsTable));
      const appliedAt = expect.stringMatching(/^\d{4}-.*Z$/);
      expect(status).toEqual([...names.map(name => ({ name, appliedAt })), { name: '9999-later' }]);
    } finally {
      await database.destroy();
    }
  });

  it('leave nothing behind if one of them fails, and name it', async () => {
    const database = await open();
    const before = await describeSchema(database);
    const attempt = migrateUp(database, { ...with9999(failsHalfway), '5000-first': addsTable });
    await expect(attempt).rejects.toThrow(/9999-later.*missing/);
    expect(await describeSchema(database)).toEqual(before);
    expect(await migrationStatus(database)).toHaveLength(names.length);
  });

  it('refuse a database that is newer than the program, and change nothing', async () => {
    const database = await open();
    await migrateUp(database, with9999(addsTable));
    const before = await describeSchema(database);
    await expect(migrateUp(database)).rejects.toThrow(/newer than this program.*9999-later/);
    await expect(migrateDown(database)).rejects.toThrow(/newer than this program.*9999-later/);
    expect(await describeSchema(database)).toEqual(before);
    expect((await migrationStatus(database)).map(({ name }) => name)).toContain('9999-later');
  });

  if (dialect === 'sqlite') return; // A file has one process, so there is no other.

  it('run once if several processes start, and all wait until they are done', async () => {
    const config = await createEmpty();
    const instances: Database[] = await Promise.all(Array.from({ length: 8 }, () => openDatabase(config)));
    let runs = 0;
    const slow: Migration = {
      up: async db => {
        runs++;
        await db.schema.createTable('slow').addColumn('id', 'text').execute();
        await new Promise(resolve => setTimeout(resolve, 300));
      },
    };
    try {
      const done = await Promise.all(instances.map(instance => migrateUp(instance, with9999(slow))));
      expect(done.flat()).toEqual([...names, '9999-later']);
      expect(runs).toBe(1);
    } finally {
      await Promise.all(instances.map(instance => instance.destroy()));
    }
  });

  it('may take longer than the time limit of a statement', async () => {
    const config = await createEmpty();
    const [worker, waiter] = [
      await openDatabase(config),
      await openDatabase(config, { limits: { statementMs: 400 } }),
    ];
    const slow: Migration = { up: () => new Promise(resolve => setTimeout(resolve, 1200)) };
    try {
      await migrateUp(worker);
      const works = migrateUp(worker, with9999(slow));
      await new Promise(resolve => setTimeout(resolve, 50));
      expect(await migrateUp(waiter, with9999(slow))).toEqual([]);
      expect(await works).toEqual(['9999-later']);
    } finally {
      await worker.destroy();
      await waiter.destroy();
    }
  });
});
