import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import type { DatabaseConfig } from '../../src/config/config.ts';
import { HighWaterFile } from '../../src/high-water/high-water-file.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import { makeScratchDirectory } from '../network/scratch-directory.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { until } from '../until.ts';
import { refreshTimes, restoreRow } from './saved-rows.ts';
import { signIn, TestSession } from './test-session.ts';

const ownSpool = await makeScratchDirectory('latchkey-rollback-');
afterAll(() => rm(ownSpool, { recursive: true }));

describeDialects('a row that is rolled back while no broker runs', (_open, { dialect, create }) => {
  it('is put back at the next start, without a caller', async () => {
    const database = await create();
    const first = await startTestBroker(dialect, database, await ownPlace());
    const session = await signIn(first);
    const { old, spent } = await refreshTimes(session, 2);
    const newest = await session.state();
    await restoreRow(old, first);
    await first.app.close();
    await withRestarted(first, database, session, async later => {
      await until(
        'the session is put back',
        () => later.state(),
        seen => seen.generation === newest.generation,
      );
      expect(await later.call()).toMatchObject({ status: 200 });
      for (const digest of spent) expect(await later.requestsOf(digest)).toHaveLength(1);
    });
  });

  it('is put back from the journal of a process that has ended', async () => {
    const database = await create();
    const first = await startTestBroker(dialect, database, await ownPlace());
    const session = await signIn(first);
    const { old, spent } = await refreshTimes(session, 2);
    const newest = await session.state();
    await restoreRow(old, first);
    await first.app.close();
    // The next process acquires the first slot, and drains the second one.
    await rename(join(ownSpool, '1'), join(ownSpool, '2'));
    await withRestarted(first, database, session, async later => {
      await until(
        'the session is put back',
        () => later.state(),
        seen => seen.generation === newest.generation,
      );
      expect(await later.call()).toMatchObject({ status: 200 });
      for (const digest of spent) expect(await later.requestsOf(digest)).toHaveLength(1);
    });
    await rm(join(ownSpool, '2'), { recursive: true });
  });

  it('needs its owner after ten minutes if its newest tokens are lost too', async () => {
    const database = await create();
    const first = await startTestBroker(dialect, database, await ownPlace());
    const session = await signIn(first);
    const { old, spent } = await refreshTimes(session, 1);
    await restoreRow(old, first);
    await first.app.close();
    loseContents();
    await withRestarted(first, database, session, async later => {
      await until(
        'the session is in check',
        () => later.state(),
        ({ status }) => status === 'needs_check',
      );
      expect(await later.call()).toMatchObject({ status: 503, error: 'TokenUnavailable', retryAfter: '30' });
      await ageCheck(later);
      await until(
        'its owner is needed',
        () => later.state(),
        ({ reason }) => reason === 'restored',
      );
      for (const digest of spent) expect(await later.requestsOf(digest)).toHaveLength(1);
    });
  });

  it('is used again if its PDS still accepts its access token', async () => {
    const database = await create();
    const first = await startTestBroker(dialect, database, await ownPlace());
    const session = await signIn(first);
    expect(await session.call()).toMatchObject({ status: 200 });
    await first.app.close();
    loseContents({ generation: 7, digest: 'of a token that never existed' });
    await withRestarted(first, database, session, async later => {
      await until(
        'the session is in check',
        () => later.state(),
        ({ status }) => status === 'needs_check',
      );
      await ageCheck(later);
      const state = await until(
        'it is used again',
        () => later.state(),
        ({ status }) => status === 'active',
      );
      expect(state).toMatchObject({ generation: 8, attempt_state: 'in_doubt' });
      expect(await later.call()).toMatchObject({ status: 200 });
    });
  });
});

async function ownPlace() {
  return { network: await networkOfWorker(), settings: { LATCHKEY_SPOOL_DIR: ownSpool } };
}

async function withRestarted(
  before: TestBroker,
  database: DatabaseConfig,
  { browser, id }: TestSession,
  use: (session: TestSession) => Promise<void>,
): Promise<void> {
  const broker = await startTestBroker(before.dialect, database, {
    ...(await ownPlace()),
    inPlaceOf: before,
  });
  await use(new TestSession(broker, browser, id)).finally(() => broker.app.close());
}

/** Takes the tokens out of the journal, and leaves what rows are compared with. */
function loseContents(change: { generation?: number; digest?: string } = {}): void {
  const file = HighWaterFile.open(join(ownSpool, '1', 'high-water.sqlite'));
  const marks = file.listAfter('session', '', 1_000);
  file.write(
    marks.map(mark => ({
      ...mark,
      facts: JSON.stringify({ ...(JSON.parse(mark.facts) as object), ...change }),
      sealed: null,
    })),
  );
  file.close();
}

/** Lets the time pass in which the instances look for newer tokens. */
async function ageCheck({ broker: { database }, id }: TestSession): Promise<void> {
  await database
    .updateTable('oauth_session')
    .set({ rolled_back_at: database.now(-20 * 60) })
    .where('id', '=', id)
    .execute();
}
