import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DatabaseConfig } from '../../src/config/config.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import { skipWaits } from '../broker/skip-waits.ts';
import { accountOf, startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { allowWrites, refuseWrites } from '../database/database-faults.ts';
import { describeDialects } from '../database/dialects.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { listSpooled } from '../spooled-files.ts';
import { until } from '../until.ts';
import { type AppSession, TestApp } from './test-app.ts';
import { exchangesOf } from './token-rows.ts';

const HOUR_SECONDS = 3_600;

describeDialects(
  'a native app at two brokers',
  (_open, { create }) => {
    describe('of which one is away with an answer on its disk', suite.bind(undefined, create));
  },
  ['postgres'],
);

function suite(create: () => Promise<DatabaseConfig>): void {
  let directory: string;
  let first: TestBroker;
  let second: TestBroker;
  let app: TestApp;
  let session: AppSession;

  const start = async (database: DatabaseConfig, spool: string, more: object): Promise<TestBroker> => {
    const settings = { LATCHKEY_SPOOL_DIR: join(directory, spool) };
    const network = await networkOfWorker();
    return startTestBroker('postgres', database, { confidential: true, network, settings, ...more });
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-native-'));
    const database = await create();
    second = await start(database, 'second', {});
    first = await start(database, 'first', { peer: second });
    app = await TestApp.register(second);
    session = await app.renew(await app.login(accountOf(second, 'alice.test')));
    await keepAnswerOnDisk(database);
  });
  afterAll(async () => {
    await Promise.all([first.app.close(), second.app.close()]);
    await rm(directory, { recursive: true });
  });

  let answer: Record<string, unknown>;
  let restart: () => Promise<TestBroker>;

  /** Has the first broker spend the token, and end with the answer on its disk. */
  async function keepAnswerOnDisk(database: DatabaseConfig): Promise<void> {
    first.app.get(FailPoints).arm('before_write', () => refuseWrites(second.database, 'native_refresh'));
    ({ body: answer } = await app.refresh(session, { at: first }));
    expect(await listSpooled(directory)).toHaveLength(1);
    await first.app.close();
    await allowWrites(second.database, 'native_refresh');
    restart = () => start(database, 'first', { inPlaceOf: first });
  }

  it('gets no second exchange from the other one after eleven minutes, but the time that is left', async () => {
    const { database } = second;
    await database
      .updateTable('instance')
      .set({ seen_at: database.now(-11 * 60) })
      .execute();
    await database
      .updateTable('native_refresh')
      .set({ sent_at: database.now(-11 * 60) })
      .where('sent_at', 'is not', null)
      .execute();
    skipWaits(second.app);
    const { status, headers, body } = await app.refresh(session, { at: second });
    expect({ status, error: body.error }).toEqual({ status: 503, error: 'temporarily_unavailable' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0.75 * HOUR_SECONDS);
    expect(await exchangesOf(second, session)).toBe(1);
  });

  it('gets the answer from both once it is back', async () => {
    first = await restart();
    await until(
      'the spool is empty',
      () => listSpooled(directory),
      files => files.length === 0,
    );
    for (const at of [first, second])
      expect(await app.refresh(session, { at })).toMatchObject({ status: 200, body: answer });
    expect(await exchangesOf(second, session)).toBe(1);
  });
}
