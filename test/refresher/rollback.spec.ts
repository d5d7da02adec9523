import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it, jest } from '@jest/globals';
import type { DatabaseConfig } from '../../src/config/config.ts';
import { HighWaterFile } from '../../src/high-water/high-water-file.ts';
import { RollbackChecks } from '../../src/sessions/rollback/rollback-checks.service.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import { makeScratchDirectory } from '../network/scratch-directory.ts';
import { until } from '../until.ts';
import { describeFaults, type FaultyPlace } from './describe-faults.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { pauseAt } from './pause-at.ts';
import { rememberGrant } from './remembered-grant.ts';
import { refreshTimes, restoreRow, saveRow } from './saved-rows.ts';
import { signIn, TestSession } from './test-session.ts';

const spools = await Promise.all(
  ['a', 'b', 'c'].map(name => makeScratchDirectory(`latchkey-rollback-${name}-`)),
);
const [spool = '', othersSpool = '', ownSpool = ''] = spools;
afterAll(() => Promise.all(spools.map(directory => rm(directory, { recursive: true }))));

describeFaults('a row that the database rolls back', atOneBroker, {
  settings: { LATCHKEY_SPOOL_DIR: spool },
});

describeFaults('a row that the database rolls back under two brokers', atTwoBrokers, {
  instances: 2,
  settings: { LATCHKEY_SPOOL_DIR: spool },
  othersSettings: { LATCHKEY_SPOOL_DIR: othersSpool },
});

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

function atOneBroker(place: () => FaultyPlace): void {
  it.each([1, 2, 3, 4, 5])('is put back by %i generations before anything is sent from it', async depth => {
    const session = await place().takeSession();
    const { old, spent } = await refreshTimes(session, depth);
    const { generation } = await session.state();
    await restoreRow(old, place().broker);
    expect(await session.call()).toMatchObject({ status: 200 });
    expect(await session.state()).toMatchObject({ status: 'active', generation, attempt_state: 'in_doubt' });
    await session.letDeadlinePass();
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
    for (const digest of spent) expect(await session.requestsOf(digest)).toHaveLength(1);
  });

  it('has its lost attempt again, so that its token is not sent a second time too early', async () => {
    const session = await place().takeSession();
    const old = await saveRow(session);
    const digest = await session.digest();
    await place().network.armFault({
      match: { server: 'pds', path: '/oauth/token' },
      effect: { kind: 'reset', moment: 'before' },
      times: 1,
    });
    expect(await session.refresh()).toMatchObject({ kind: 'failed' });
    expect(await session.state()).toMatchObject({ attempt_state: 'in_doubt' });
    await restoreRow(old, place().broker);
    expect(await session.refresh()).toMatchObject({ kind: 'skipped' });
    expect(await session.state()).toMatchObject({ status: 'active', attempt_state: 'in_doubt' });
    expect(await session.requestsOf(digest)).toHaveLength(1);
    await session.letDeadlinePass();
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
  });

  it('may be sent again after an attempt that was given up and is not lost', async () => {
    const session = await place().takeSession();
    await place().network.armFault({
      match: { server: 'pds', path: '/oauth/token' },
      effect: { kind: 'answer', moment: 'before', status: 500 },
      times: 1,
    });
    expect(await session.refresh()).toMatchObject({ kind: 'failed' });
    await session.letDeadlinePass();
    expect(await session.state()).toMatchObject({ status: 'active', attempt_state: null, failures: 1 });
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
  });

  it('is an alarm that names the rollback, and is noticed without a caller', async () => {
    const session = await place().takeSession();
    const { old } = await refreshTimes(session, 1);
    const { generation } = await session.state();
    const { logLines } = place().broker;
    const linesBefore = logLines.length;
    await restoreRow(old, place().broker);
    await until(
      'it is put back',
      () => session.state(),
      seen => seen.generation === generation,
    );
    const lines = logLines
      .slice(linesBefore)
      .filter(line => line.includes('session rolled back by database'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'fatal',
      alarm: true,
      sessionId: session.id,
      generation: generation - 1,
      knownGeneration: generation,
    });
    await session.letDeadlinePass();
    await session.refresh();
  });

  it('takes the answer that was on its way', async () => {
    const session = await place().takeSession();
    const { old, spent } = await refreshTimes(session, 2);
    const { generation } = await session.state();
    const answered = pauseAt(place().broker, 'before_write');
    const refreshed = session.refresh();
    await answered.reached;
    await restoreRow(old, place().broker);
    answered.release();
    expect(await refreshed).toEqual({ kind: 'refreshed' });
    expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
    expect(await session.call()).toMatchObject({ status: 200 });
    for (const digest of spent) expect(await session.requestsOf(digest)).toHaveLength(1);
  });

  it('stays ended if its owner signed out', async () => {
    const session = await place().signIn('bob.test');
    const old = await saveRow(session);
    await session.browser.post('/oauth/logout', {});
    await until(
      'it is revoked',
      () => session.state(),
      ({ status }) => status === 'revoked',
    );
    await restoreRow(old, place().broker);
    await until(
      'it is ended again',
      () => session.state(),
      ({ status }) => status === 'revoking' || status === 'revoked',
    );
  });
}

function atTwoBrokers(place: () => FaultyPlace): void {
  it('is revoked with its newest tokens, although its owner signed out at a broker without them', async () => {
    const [first, second] = twoOf(place());
    const session = await place().signIn('bob.test');
    const { old } = await refreshTimes(session, 1);
    const grant = await rememberGrant(session);
    const [mended, paused] = [first.app.get(RollbackChecks), jest.fn(() => Promise.resolve())];
    const run = mended.run.bind(mended);
    mended.run = paused;
    await restoreRow(old, first);
    await session.browser.through(second.url).post('/oauth/logout', {});
    await until(
      'the old tokens are revoked',
      () => session.state(),
      ({ status }) => status === 'revoked',
    );
    mended.run = run;
    await until(
      'the newest tokens are revoked',
      () => session.state(),
      ({ status, generation }) => status === 'revoked' && generation === 4,
    );
    expect(await grant.ask(grant.accessToken)).toBe('invalid_token');
  });

  it('is put back from the journal that knows the newest state', async () => {
    const [first, second] = twoOf(place());
    const session = await place().takeSession();
    const { old, spent } = await refreshTimes(session, 1);
    spent.push(await session.digest());
    expect(await session.refresh(second)).toEqual({ kind: 'refreshed' });
    const { generation } = await session.state();
    await restoreRow(old, first);
    // The first knows a state that is newer than the row, but not the newest.
    await session.call(first);
    await until(
      'the second has put it back',
      () => session.state(),
      seen => seen.generation === generation,
    );
    // The first caches for five seconds that the session was in check.
    await until(
      'it works again',
      () => session.call(first),
      ({ status }) => status === 200,
    );
    for (const digest of spent) expect(await session.requestsOf(digest)).toHaveLength(1);
  });

  it('has its attempt again while the answer is on its way, and no other broker sends', async () => {
    const [first, second] = place().brokers;
    if (!first || !second) throw new Error('there are no two brokers');
    const session = await place().takeSession();
    const old = await saveRow(session);
    const digest = await session.digest();
    const answered = pauseAt(first, 'before_write');
    const refreshing = session.refresh(first);
    await answered.reached;
    await restoreRow(old, first);
    await until(
      'the first has put its attempt back',
      () => session.state(),
      ({ attempt_state }) => attempt_state === 'sent',
    );
    const waiting = session.refresh(second);
    answered.release();
    expect(await refreshing).toEqual({ kind: 'refreshed' });
    expect(await waiting).toEqual({ kind: 'skipped' });
    expect(await session.requestsOf(digest)).toHaveLength(1);
    expect(await session.call(second)).toMatchObject({ status: 200 });
  });
}

function twoOf({ brokers: [first, second] }: FaultyPlace): [TestBroker, TestBroker] {
  if (!first || !second) throw new Error('there are no two brokers');
  return [first, second];
}

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
