import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects, type TestDialect } from '../database/dialects.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { listSpooled } from '../spooled-files.ts';
import { until } from '../until.ts';
import { type AppSession, TestApp, toSession } from './test-app.ts';
import { exchangesOf, rowOf } from './token-rows.ts';

describeDialects('a database that is away while a native app refreshes', (_open, dialect) => {
  suite(dialect);
});

function suite({ dialect, create }: TestDialect): void {
  let broker: TestBroker;
  let app: TestApp;
  let session: AppSession;
  let directory = '';
  let database: Awaited<ReturnType<TestDialect['create']>>;
  let isAway = false;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-native-'));
    database = await create();
    broker = await start();
    app = await TestApp.register(broker);
    session = await app.login(accountOf(broker));
  });
  afterEach(async () => {
    if (isAway) await bringBack();
    broker.app.get(FailPoints).arm('before_write', undefined);
  });
  afterAll(async () => {
    await broker.app.close();
    await rm(directory, { recursive: true });
  });

  it('does not withhold the response from the app, as it is safe on disk, and the disk holds nothing else', async () => {
    broker.app.get(FailPoints).arm('before_write', takeAway);
    const first = await app.refresh(session);
    expect(first.status).toBe(200);
    const [file = ''] = await spooled();
    const text = await readFile(join(directory, file), 'utf8');
    expect(text).not.toContain(first.body.access_token);
    expect(text).not.toContain(session.refreshToken);
    expect(await app.refresh(session)).toMatchObject({ status: 200, body: first.body });
    await bringBack();
    await until('the spool is empty', spooled, files => files.length === 0);
    expect(await rowOf(broker, session)).toMatchObject({ attempt_id: null, sealed: expect.any(String) });
    expect(await exchangesOf(broker, session)).toBe(1);
    session = await app.renew(toSession(first, session.key));
  });

  it('is reported to the app if nothing was sent', async () => {
    await takeAway();
    expect(await app.refresh(session)).toMatchObject({
      body: { error: expect.stringMatching(/unavail|server/) },
    });
    await bringBack();
    session = await app.renew(session);
    expect(await app.isAlive(session)).toBe(true);
  });

  it('is still away when the process ends, and the next process stores the response', async () => {
    broker.app.get(FailPoints).arm('before_write', takeAway);
    const first = await app.refresh(session);
    expect(await spooled()).not.toEqual([]);
    const ending = broker;
    await ending.app.close();
    await inDatabase('alter table away rename to native_refresh');
    isAway = false;
    broker = await start(ending);
    await until('the spool is empty', spooled, files => files.length === 0);
    expect(await app.refresh(session)).toMatchObject({ status: 200, body: first.body });
    expect(await exchangesOf(broker, session)).toBe(1);
    session = await app.renew(toSession(first, session.key));
    expect(await app.isAlive(session)).toBe(true);
  });

  async function start(inPlaceOf?: TestBroker): Promise<TestBroker> {
    return startTestBroker(dialect, database, {
      confidential: true,
      settings: { LATCHKEY_SPOOL_DIR: directory },
      ...(inPlaceOf ? { inPlaceOf } : { network: await networkOfWorker() }),
    });
  }

  async function takeAway(): Promise<void> {
    isAway = true;
    await broker.database.schema.alterTable('native_refresh').renameTo('away').execute();
  }

  async function bringBack(): Promise<void> {
    await broker.database.schema.alterTable('away').renameTo('native_refresh').execute();
    isAway = false;
  }

  function spooled(): Promise<string[]> {
    return listSpooled(directory);
  }

  async function inDatabase(statement: string): Promise<void> {
    const opened = await openDatabase(database);
    await sql.raw(statement).execute(opened);
    await opened.destroy();
  }
}

function accountOf({ network }: TestBroker) {
  const [alice] = network.accounts;
  if (!alice) throw new Error('the network has no account');
  return alice;
}
