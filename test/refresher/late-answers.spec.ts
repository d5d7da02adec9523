import { afterEach, expect, it, jest } from '@jest/globals';
import { Instances } from '../../src/leases/instances/instances.service.ts';
import { skipWaits } from '../broker/skip-waits.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { describeFaults, type FaultyPlace, ROUNDS } from './describe-faults.ts';
import { moveRefusalTime } from './refusal-time.ts';
import { pauseAt } from './pause-at.ts';
import type { TestSession } from './test-session.ts';

/** An expired access token proves nothing, so the issuer must refuse this often before it is believed. */
const REFUSALS = 3;

describeFaults('a late response', suite, { instances: 2 });

function suite(place: () => FaultyPlace): void {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  // Without `before_write`, which only a success reaches.
  it.each(['after_intent', 'before_send', 'after_bytes', 'after_answer'] as const)(
    'changes nothing if it is an invalid_grant of an older generation (%s)',
    async point => {
      const [first, second] = twoOf(place().brokers);
      for (let round = 0; round < ROUNDS; round++) {
        const session = await place().takeSession();
        const { generation } = await session.state();
        const isSent = point === 'after_bytes' || point === 'after_answer';
        if (isSent) await armInvalidGrant(place());
        const late = pauseAt(first, point);
        const refreshing = session.refresh(first);
        await late.reached;
        await loseTrackOf(session, first, second);
        expect(await session.refresh(second)).toEqual({ kind: 'refreshed' });
        if (!isSent) await armInvalidGrant(place());
        late.release();
        await refreshing;
        await place().network.disarmFaults();
        const state = { status: 'active', generation: generation + 1, attempt_state: null, failures: 0 };
        expect(await session.state()).toMatchObject(state);
        expect(await session.call(second)).toMatchObject({ status: 200 });
      }
    },
  );

  // Once the token has expired it cannot show that it was spent, so it is sent again and its issuer ends the grant.
  it.each([
    ['works', 12],
    ['has expired', 70],
  ])('is stored in a session that another broker gave up, whose access token %s', async (_name, minutes) => {
    const [first, second] = twoOf(place().brokers);
    const session = await place().signIn();
    await session.age(minutes);
    const { generation } = await session.state();
    const late = pauseAt(first, 'before_write');
    const refreshing = session.refresh(first);
    await late.reached;
    await giveUp(session, first, second);
    const lost = { status: 'needs_reauth', reason: 'response_lost', generation: generation + 1 };
    expect(await session.state()).toMatchObject(lost);
    late.release();
    await refreshing;
    const restored = { status: 'active', reason: null, generation: generation + 2 };
    expect(await session.state()).toMatchObject(restored);
  });

  it('changes nothing if it is an invalid_grant of an attempt whose successor is on the wire', async () => {
    const [first, second] = twoOf(place().brokers);
    for (let round = 0; round < ROUNDS; round++) {
      const session = await place().takeSession();
      const { generation } = await session.state();
      await armInvalidGrant(place());
      const late = pauseAt(first, 'after_answer');
      const refreshing = session.refresh(first);
      await late.reached;
      await loseTrackOf(session, first, second);
      const onTheWire = pauseAt(second, 'before_write');
      const takingOver = session.refresh(second);
      await onTheWire.reached;
      late.release();
      await refreshing;
      expect(await session.state()).toMatchObject({ status: 'active', generation, attempt_state: 'sent' });
      onTheWire.release();
      expect(await takingOver).toEqual({ kind: 'refreshed' });
      expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
      expect(await session.call(second)).toMatchObject({ status: 200 });
    }
  });

  it('is stored if it is a success that arrived while another attempt was prepared', async () => {
    const [first, second] = twoOf(place().brokers);
    for (let round = 0; round < ROUNDS; round++) {
      const session = await place().takeSession();
      const { generation } = await session.state();
      const digest = await session.digest();
      const unsent = pauseAt(first, 'before_send');
      const refreshing = session.refresh(first);
      await unsent.reached;
      await loseTrackOf(session, first, second);
      const preparing = pauseAt(second, 'after_intent');
      const takingOver = session.refresh(second);
      await preparing.reached;
      unsent.release();
      await refreshing;
      preparing.release();
      await takingOver;
      expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
      expect(await session.requestsOf(digest)).toHaveLength(1);
      expect(await session.call(second)).toMatchObject({ status: 200 });
    }
  });
}

/** Makes a second broker give a session up whose answer is at the first. */
async function giveUp(session: TestSession, first: TestBroker, second: TestBroker): Promise<void> {
  const refusalTime = moveRefusalTime();
  await loseTrackOf(session, first, second);
  for (let time = 0; time < REFUSALS; time++) {
    await session.refresh(second);
    await session.letDeadlinePass();
    refusalTime.pass(31);
  }
}

async function armInvalidGrant({ network }: FaultyPlace): Promise<void> {
  await network.armFault({
    match: { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' },
    effect: { kind: 'answer', moment: 'before', status: 400, body: '{"error":"invalid_grant"}' },
    times: 1,
  });
}

/** Makes a broker count as given up, and its request as no longer acceptable, for the one that judges it. */
async function loseTrackOf(
  session: TestSession,
  { app, database }: TestBroker,
  judge: TestBroker,
): Promise<void> {
  skipWaits(judge.app);
  await database
    .updateTable('instance')
    .set({ seen_at: database.now(-20 * 60), given_up_at: database.now() })
    .where('owner', '=', app.get(Instances).self)
    .execute();
  await session.letDeadlinePass();
}

function twoOf(brokers: readonly TestBroker[]): [TestBroker, TestBroker] {
  const [first, second] = brokers;
  if (!first || !second) throw new Error('there are fewer than two brokers');
  return [first, second];
}
