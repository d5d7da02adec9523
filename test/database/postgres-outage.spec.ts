import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../src/database/connection/database.ts';
import { isUnavailable } from '../../src/database/connection/database-error.ts';
import type { DatabaseLimits } from '../../src/database/engine/database-limits.ts';
import { migrateUp } from '../../src/database/migrator/migrator.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { type Postgres, startPostgres } from '../network/postgres.ts';
import { isRequested } from './dialects.ts';
import { until } from '../until.ts';
import { startSilentNetwork } from './silent-network.ts';

const describePostgres = isRequested('postgres') ? describe : describe.skip;

describePostgres('when Postgres', () => {
  let server: Postgres;
  let url: string;
  let databases: Database[];
  let lostConnections: Error[];

  beforeAll(async () => {
    server = await startPostgres();
  });

  afterAll(() => server.stop());

  beforeEach(async () => {
    url = await server.createDatabase();
    databases = [];
    lostConnections = [];
  });

  afterEach(() => Promise.all(databases.map(database => database.destroy())));

  async function open(limits: Partial<DatabaseLimits> = {}, through = url): Promise<Database> {
    const onConnectionLost = (error: Error): number => lostConnections.push(error);
    const database = await openDatabase({ kind: 'postgres', url: through }, { limits, onConnectionLost });
    databases.push(database);
    return database;
  }

  it('stops and starts again, calls fail meanwhile as unavailable and work afterwards', async () => {
    const database = await open();
    await migrateUp(database);
    await Promise.all(Array.from({ length: 10 }, () => pidOf(database)));
    await server.halt();
    const failures = await Promise.all(Array.from({ length: 5 }, () => failureOf(pidOf(database))));
    expect(failures.map(isUnavailable)).toEqual([true, true, true, true, true]);
    await server.resume();
    await Promise.all(Array.from({ length: 20 }, () => insertLease(database)));
    expect(await countLeases(database)).toBe(20);
    expect(lostConnections.length).toBeGreaterThan(0);
  });

  it('ends an idle connection, the loss is logged and the next call uses another one', async () => {
    const [database, admin] = [await open(), await open()];
    const pid = await pidOf(database);
    await terminate(admin, pid);
    await until(
      'a connection is lost',
      () => lostConnections.length,
      count => count > 0,
    );
    expect(await pidOf(database)).not.toBe(pid);
  });

  it('ends a busy connection, only its call fails', async () => {
    const [database, admin] = [await open(), await open()];
    const sleeping = failureOf(sql`select pg_sleep(20)`.execute(database));
    await terminate(admin, await pidThatSleeps(admin));
    expect(isUnavailable(await sleeping)).toBe(true);
    expect(await pidOf(database)).toBeGreaterThan(0);
  });

  it('ends a connection between two statements of a transaction, the transaction fails and changes nothing', async () => {
    const [database, admin] = [await open(), await open()];
    await migrateUp(database);
    const failure = await failureOf(
      database.transaction().execute(async trx => {
        await insertLease(trx);
        await terminate(admin, await pidOf(trx));
        await new Promise(resolve => setTimeout(resolve, 50));
        await insertLease(trx);
      }),
    );
    expect(isUnavailable(failure)).toBe(true);
    expect(await countLeases(database)).toBe(0);
  });

  it('ends a connection before the commit, the error says that the outcome is unknown', async () => {
    const [database, admin] = [await open(), await open()];
    await migrateUp(database);
    const failure = await failureOf(
      database.transaction().execute(async trx => {
        await insertLease(trx);
        await terminate(admin, await pidOf(trx));
      }),
    );
    expect(isUnavailable(failure)).toBe(true);
  });

  it('stops responding, the call fails after the time limit and the next one works', async () => {
    const network = await startSilentNetwork(url);
    const database = await open({ silenceMs: 300, connectMs: 1000 }, network.url);
    network.fallSilent();
    expect(isUnavailable(await failureOf(pidOf(database)))).toBe(true);
    expect(isUnavailable(await failureOf(pidOf(database)))).toBe(true);
    network.recover();
    await database
      .transaction()
      .execute(async trx => {
        network.fallSilent();
        const first = await failureOf(pidOf(trx));
        expect(await failureOf(pidOf(trx))).toMatchObject({ cause: first });
        network.recover();
      })
      .catch((error: unknown) => {
        expect(isUnavailable(error)).toBe(true);
      });
    expect(await pidOf(database)).toBeGreaterThan(0);
    await network.close();
  });

  it('takes too long for a statement, it is cancelled there and the connection stays', async () => {
    const database = await open({ statementMs: 500 });
    const pid = await pidOf(database);
    expect(isUnavailable(await failureOf(sql`select pg_sleep(20)`.execute(database)))).toBe(true);
    expect(await pidOf(database)).toBe(pid);
  });

  it('ends an idle transaction, it fails and the database keeps working', async () => {
    const database = await open({ idleInTransactionMs: 50 });
    const failure = await failureOf(
      database.transaction().execute(async trx => {
        await pidOf(trx);
        await new Promise(resolve => setTimeout(resolve, 300));
        await pidOf(trx);
      }),
    );
    expect(isUnavailable(failure)).toBe(true);
    expect(await pidOf(database)).toBeGreaterThan(0);
  });

  it('has no free connection, a caller that waits too long gets an error', async () => {
    const database = await open({ connectMs: 1000 });
    let release: (() => void) | undefined;
    const released = new Promise<void>(resolve => (release = resolve));
    const holders = Array.from({ length: 10 }, () => database.transaction().execute(() => released));
    expect(isUnavailable(await failureOf(pidOf(database)))).toBe(true);
    release?.();
    await Promise.all(holders);
    expect(await pidOf(database)).toBeGreaterThan(0);
  });

  it("gets a new connection, it sets its own settings whatever the database's defaults are", async () => {
    const admin = await open();
    const name = sql.id(new URL(url).pathname.slice(1));
    await sql`alter database ${name} set synchronous_commit = off`.execute(admin);
    await sql`alter database ${name} set timezone = 'Asia/Tokyo'`.execute(admin);
    const database = await open();
    const settings = ['synchronous_commit', 'timezone', 'application_name', 'statement_timeout'];
    const values = await Promise.all(settings.map(setting => settingOf(database, setting)));
    expect(values).toEqual(['on', 'UTC', 'latchkey', '30s']);
  });

  it('refuses the login, the start fails with the address and the remedy, and without the password', async () => {
    const wrong = Object.assign(new URL(url), { password: 'hunter2' }).href;
    const nowhere = Object.assign(new URL(url), { port: '1' }).href;
    const missing = Object.assign(new URL(url), { pathname: '/missing' }).href;
    const failures = await Promise.all(
      [wrong, nowhere, missing].map(address => failureOf(open({}, address))),
    );
    const { host } = new URL(url);
    expect(failures.map(failure => (failure as Error).message)).toEqual([
      expect.stringContaining(`${host}/test_`),
      expect.stringContaining('127.0.0.1:1/test_'),
      expect.stringContaining(`${host}/missing (3D000). Start it, or correct LATCHKEY_DATABASE_URL.`),
    ]);
    expect(failures).toMatchObject(failures.map(() => ({ code: 'DatabaseUnavailable' })));
    expect(failures.map(String).join()).not.toContain('hunter2');
  });
});

async function pidOf(db: Pick<Database, 'getExecutor'>): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
  return rows[0]?.pid ?? 0;
}

async function settingOf(database: Database, name: string): Promise<string | undefined> {
  const { rows } = await sql<{ value: string }>`select current_setting(${name}) as value`.execute(database);
  return rows[0]?.value;
}

async function terminate(admin: Database, pid: number): Promise<void> {
  await sql`select pg_terminate_backend(${pid})`.execute(admin);
}

async function pidThatSleeps(admin: Database): Promise<number> {
  const pid = await until(
    'a connection sleeps',
    async () => {
      const { rows } = await sql<{ pid: number }>`
        select pid from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'`.execute(
        admin,
      );
      return rows[0]?.pid;
    },
    sleeping => sleeping !== undefined,
  );
  return pid ?? 0;
}

async function insertLease(db: Pick<Database, 'insertInto'>): Promise<void> {
  const name = Math.random().toString(36);
  await db.insertInto('lease').values({ name, owner: 'o', until: '2026-11-20T18:00:00.000Z' }).execute();
}

async function countLeases(database: Database): Promise<number> {
  return (await database.selectFrom('lease').select('name').execute()).length;
}

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
}
