import { rm } from 'node:fs/promises';
import { afterAll, expect, it, jest } from '@jest/globals';
import { RollbackChecks } from '../../src/sessions/rollback/rollback-checks.service.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { makeScratchDirectory } from '../network/scratch-directory.ts';
import { until } from '../until.ts';
import { describeFaults, type FaultyPlace } from './describe-faults.ts';
import { pauseAt } from './pause-at.ts';
import { rememberGrant } from './remembered-grant.ts';
import { refreshTimes, restoreRow, saveRow } from './saved-rows.ts';

const spools = await Promise.all(['a', 'b'].map(name => makeScratchDirectory(`latchkey-rollback-${name}-`)));
const [spool = '', othersSpool = ''] = spools;
afterAll(() => Promise.all(spools.map(directory => rm(directory, { recursive: true }))));

describeFaults('a row that the database rolls back', atOneBroker, {
  settings: { LATCHKEY_SPOOL_DIR: spool },
});

describeFaults('a row that the database rolls back under two brokers', atTwoBrokers, {
  instances: 2,
  settings: { LATCHKEY_SPOOL_DIR: spool },
  othersSettings: { LATCHKEY_SPOOL_DIR: othersSpool },
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
