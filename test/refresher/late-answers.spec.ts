import { expect, it } from '@jest/globals';
import { Instances } from '../../src/leases/instances/instances.service.ts';
import { skipWaits } from '../broker/skip-waits.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { describeFaults, type FaultyPlace, ROUNDS } from './describe-faults.ts';
import { pauseAt } from './pause-at.ts';
import type { TestSession } from './test-session.ts';

describeFaults('a late response', suite, { instances: 2 });

function suite(place: () => FaultyPlace): void {
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
