import { expect, it, jest } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import type { Database } from '../../src/database/connection/database.ts';
import { ForeignWrites } from '../../src/database/cache/foreign-writes.service.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { migrateUp } from '../../src/database/migrator/migrator.ts';
import { describeDialects } from './dialects.ts';
import { createQuietLog } from './quiet-log.ts';

const lease = { name: 'a', owner: 'o', until: '2026-11-20T18:00:00.000Z' } as const;

async function write(database: Database): Promise<void> {
  await database.insertInto('lease').values(lease).execute();
}

describeDialects(
  'writes of other processes to an SQLite file',
  (_open, { createEmpty }) => {
    async function start() {
      const config = await createEmpty();
      if (config.kind !== 'sqlite') throw new Error('this suite is about SQLite');
      const database = await openDatabase(config);
      await migrateUp(database);
      return { database, writes: new ForeignWrites(database, createQuietLog()), path: config.path };
    }

    /** An operator's tool that opens the same file. */
    function writeFromOutside(path: string): void {
      const other = new Sqlite(path);
      other.prepare('delete from lease').run();
      other.prepare('insert into lease (name, owner, until) values (?, ?, ?)').run('b', 'o', lease.until);
      other.close();
    }

    it('confirm nothing before the file was checked twice', async () => {
      const { database, writes } = await start();
      const readAt = performance.now();
      expect(writes.unchangedUntil(readAt)).toBe(readAt);
      await writes.checkVersion();
      expect(writes.unchangedUntil(readAt)).toBe(readAt);
      await database.destroy();
    });

    it('are not reported while only this process writes', async () => {
      const { database, writes } = await start();
      await writes.checkVersion();
      const readAt = performance.now();
      await write(database);
      await writes.checkVersion();
      expect(writes.unchangedUntil(readAt)).toBeGreaterThan(readAt);
      await database.destroy();
    });

    it('invalidate what was confirmed before, and not what is read after them', async () => {
      const { database, writes, path } = await start();
      await writes.checkVersion();
      const readAt = performance.now();
      await writes.checkVersion();
      writeFromOutside(path);
      const confirmed = writes.unchangedUntil(readAt);
      await writes.checkVersion();
      expect(confirmed).toBeGreaterThan(readAt);
      expect(writes.unchangedUntil(readAt)).toBe(readAt);
      const readLater = performance.now();
      await writes.checkVersion();
      expect(writes.unchangedUntil(readAt)).toBe(readAt);
      expect(writes.unchangedUntil(readLater)).toBeGreaterThan(readLater);
      await database.destroy();
    });

    it('are unknown while the file cannot be checked', async () => {
      const { database, writes } = await start();
      await writes.checkVersion();
      const readAt = performance.now();
      await writes.checkVersion();
      const confirmed = writes.unchangedUntil(readAt);
      await database.destroy();
      await writes.checkVersion();
      expect(writes.unchangedUntil(readAt)).toBe(confirmed);
    });
  },
  ['sqlite'],
);

describeDialects('writes of other processes', (open, { dialect }) => {
  it('are checked for in a file, and never on Postgres', async () => {
    const database = await open();
    const writes = new ForeignWrites(database, createQuietLog());
    jest.useFakeTimers();
    writes.onModuleInit();
    expect(jest.getTimerCount()).toBe(dialect === 'sqlite' ? 1 : 0);
    writes.onApplicationShutdown();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });
});
