import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { isRequested } from '../database/dialects.ts';
import type { Network } from '../network/network.ts';
import { type Postgres, startPostgres } from '../network/postgres.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { signIn, TestSession } from './test-session.ts';
import { listSpooled } from '../spooled-files.ts';
import { until } from '../until.ts';

const CALLS = 8;
const LOCKED_MS = 2_000;
const ROUNDS = process.env.TEST_LONG ? 50 : 3;

(isRequested('postgres') ? describe : describe.skip)('a refresh when Postgres', () => {
  let network: Network;
  let postgres: Postgres;
  let directory: string;
  let url: string;
  let broker: TestBroker;
  let session: TestSession;
  let isHalted = false;

  const start = (peer?: TestBroker): Promise<TestBroker> =>
    startTestBroker(
      'postgres',
      { kind: 'postgres', url },
      { network, settings: { LATCHKEY_SPOOL_DIR: directory }, ...(peer && { peer }) },
    );

  beforeAll(async () => {
    [network, postgres] = await Promise.all([networkOfWorker(), startPostgres()]);
  });
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-spool-'));
    url = await postgres.createDatabase();
    broker = await start();
    session = await signIn(broker);
  });
  afterEach(async () => {
    if (isHalted) await resume();
    await broker.app.close();
    await network.disarmFaults();
    await rm(directory, { recursive: true });
  });

  it('is away when the response arrives, keeps it sealed on disk until it can be stored', async () => {
    const digest = await session.digest();
    broker.app.get(FailPoints).arm('before_write', halt);
    const refreshing = session.refresh();
    await until('the answer is in the spool', spooled, files => files.length === 1);
    const [file = ''] = await spooled();
    expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
    const [issued = ''] = (await session.requestsOf(digest)).flatMap(request => request.issued);
    expect(await readFile(join(directory, file), 'utf8')).not.toContain(issued);
    const retryAfter: unknown = expect.stringMatching(/^\d+$/);
    expect(await session.call()).toMatchObject({ status: 503, retryAfter });
    await resume();
    expect(await refreshing).toEqual({ kind: 'refreshed' });
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2 });
    await until('the spool is empty', spooled, files => files.length === 0);
    expect(await session.call()).toMatchObject({ status: 200 });
  });

  it('is away when the process ends, leaves the response for the next process to store', async () => {
    const digest = await session.digest();
    broker.app.get(FailPoints).arm('before_write', halt);
    const refreshing = session.refresh();
    await until('the answer is in the spool', spooled, files => files.length === 1);
    await Promise.all([broker.app.close(), refreshing]);
    await resume();
    broker = await start(broker);
    session = new TestSession(broker, session.browser.through(broker.url), session.id);
    await until('the spool is empty', spooled, files => files.length === 0);
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2, attempt_state: null });
    expect(await session.call()).toMatchObject({ status: 200 });
    expect(await session.requestsOf(digest)).toHaveLength(1);
  });

  it('closes the connection while the response is stored, stores it', async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const digest = await session.digest();
      let cutting: Promise<void> | undefined;
      broker.app.get(FailPoints).arm('before_write', () => {
        cutting = cutConnections();
      });
      expect(await session.refresh()).toEqual({ kind: 'refreshed' });
      await cutting;
      expect(await session.state()).toMatchObject({ status: 'active', generation: round + 1 });
      expect(await session.exchangesOf(digest)).toBe(1);
    }
    expect(await session.call()).toMatchObject({ status: 200 });
  });

  it('closes the connection while the sending is committed, sends once or not at all', async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const digest = await session.digest();
      const { generation } = await session.state();
      let cutting: Promise<void> | undefined;
      broker.app.get(FailPoints).arm('after_intent', () => {
        cutting = cutConnections();
      });
      await session.refresh();
      await cutting;
      const { generation: after, ...state } = await session.state();
      expect(state).toMatchObject({ status: 'active', attempt_state: null });
      expect(await session.exchangesOf(digest)).toBe(after - generation);
      await session.letDeadlinePass();
    }
    expect(await session.call()).toMatchObject({ status: 200 });
  });

  it('stops and starts under load, gives callers a Retry-After, and loses nothing', async () => {
    const answers: { status: number; retryAfter: string | null }[] = [];
    let stopping = false;
    const callers = Array.from({ length: CALLS }, async () => {
      while (!stopping) answers.push(await session.call());
    });
    await session.age(54);
    const refreshing = session.refresh();
    await halt();
    await resume();
    await refreshing;
    await until(
      'a call succeeds',
      () => session.call(),
      ({ status }) => status === 200,
    );
    stopping = true;
    await Promise.all(callers);
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    expect(answers.filter(({ status, retryAfter }) => status === 503 && retryAfter === null)).toEqual([]);
    expect(await session.state()).toMatchObject({ status: 'active' });
  });

  async function halt(): Promise<void> {
    isHalted = true;
    await postgres.halt();
  }

  async function resume(): Promise<void> {
    await postgres.resume();
    isHalted = false;
  }

  function spooled(): Promise<string[]> {
    return listSpooled(directory);
  }

  /** Closes the broker's connections repeatedly for a while. */
  async function cutConnections(): Promise<void> {
    const admin = await openDatabase({ kind: 'postgres', url });
    for (let times = 0; times < 20; times++) {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid != pg_backend_pid()`.execute(admin);
      await delay(10 * Math.random());
    }
    await admin.destroy();
  }
});

(isRequested('sqlite') ? describe : describe.skip)('a refresh when SQLite', () => {
  let network: Network;
  let directory: string;
  let broker: TestBroker;
  let session: TestSession;

  const start = (peer?: TestBroker): Promise<TestBroker> =>
    startTestBroker(
      'sqlite',
      { kind: 'sqlite', path: join(directory, 'latchkey.sqlite') },
      { network, ...(peer && { peer }) },
    );

  beforeAll(async () => {
    network = await networkOfWorker();
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-spool-'));
    broker = await start();
    session = await signIn(broker);
  });
  afterEach(async () => {
    await broker.app.close();
    await rm(directory, { recursive: true });
  });

  it('is full, loses nothing', async () => {
    const digest = await session.digest();
    await sql`create table ballast (content blob)`.execute(broker.database);
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(broker.database);
    await sql`pragma max_page_count = ${sql.lit((rows[0]?.page_count ?? 0) + 2)}`.execute(broker.database);
    await expect(fill(broker)).rejects.toThrow();
    await session.refresh();
    expect(await session.state()).toMatchObject({ status: 'active' });
    await sql`pragma max_page_count = 1000000`.execute(broker.database);
    await session.letDeadlinePass();
    await session.refresh();
    expect(await session.state()).toMatchObject({ status: 'active' });
    expect(await session.exchangesOf(digest)).toBe(1);
    expect(await session.call()).toMatchObject({ status: 200 });
  });

  it.each(['after_intent', 'before_write'] as const)(
    'is locked by another program, stores the response when the lock is released (%s)',
    async point => {
      const digest = await session.digest();
      const other = new Sqlite(join(directory, 'latchkey.sqlite'));
      broker.app.get(FailPoints).arm(point, () => {
        other.exec('begin immediate');
      });
      const refreshing = session.refresh();
      await until('another connection holds the lock', () => other.inTransaction);
      if (point === 'before_write')
        await until('the answer is in the spool', spooled, files => files.length === 1);
      else await delay(LOCKED_MS);
      other.exec('rollback');
      expect(await refreshing).toEqual({ kind: 'refreshed' });
      other.close();
      expect(await session.state()).toMatchObject({ status: 'active', generation: 2, attempt_state: null });
      expect(await spooled()).toEqual([]);
      expect(await session.exchangesOf(digest)).toBe(1);
      expect(await session.call()).toMatchObject({ status: 200 });
    },
  );

  it('refuses to store the response until the process ends, leaves it for the next process to store', async () => {
    const digest = await session.digest();
    broker.app.get(FailPoints).arm('before_write', async () => {
      await sql`create trigger refuse before update on oauth_session
        begin select raise(abort, 'the disk is in trouble'); end`.execute(broker.database);
    });
    const refreshing = session.refresh();
    await until('the answer is in the spool', spooled, files => files.length === 1);
    await Promise.all([broker.app.close(), refreshing]);
    const previous = broker;
    new Sqlite(join(directory, 'latchkey.sqlite')).exec('drop trigger refuse').close();
    broker = await start(previous);
    session = new TestSession(broker, session.browser.through(broker.url), session.id);
    await until('the spool is empty', spooled, files => files.length === 0);
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2 });
    expect(await session.call()).toMatchObject({ status: 200 });
    expect(await session.requestsOf(digest)).toHaveLength(1);
  });

  function spooled(): Promise<string[]> {
    return listSpooled(join(directory, 'spool'));
  }
});

async function fill({ database }: TestBroker): Promise<void> {
  for (;;) await sql`insert into ballast values (zeroblob(1000))`.execute(database);
}
