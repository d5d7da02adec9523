import { afterEach, describe, expect, it } from '@jest/globals';
import { failPoints } from '../../src/config/values/fail-point.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import type { Effect } from '../network/faults.ts';
import { listenOnLoopback } from '../network/loopback-server.ts';
import { describeFaults, type FaultyPlace, ROUNDS } from './describe-faults.ts';
import { pauseAt } from './pause-at.ts';
import type { TestSession } from './test-session.ts';
import { setClockOff, setClockRight } from './wrong-clock.ts';

const CALLS = 10;

const everyPlcRequest = { server: 'plc', path: '/*' } as const;

describeFaults('a refresh in trouble', place => {
  suite(place, ROUNDS);
});
describeFaults(
  'a refresh in trouble by a confidential client',
  place => {
    suite(place, 1);
  },
  { confidential: true },
);

function suite(place: () => FaultyPlace, count: number): void {
  afterEach(setClockRight);

  /** Runs a trial several times, each with a working session. */
  const rounds = async (trial: (session: TestSession) => Promise<void>): Promise<void> => {
    for (let round = 0; round < count; round++) await trial(await place().takeSession());
  };

  it('does not start while the PLC directory is down', () =>
    rounds(async session => {
      const { network } = place();
      await network.armFault({ match: everyPlcRequest, effect: { kind: 'reset', moment: 'before' } });
      await expectPutOff(session);
      await network.disarmFaults();
      await expectRecovery(session);
    }));

  it.each(['before_send', 'after_answer'] as const)(
    'no longer needs the PLC directory that goes down %s',
    point =>
      rounds(async session => {
        const { network, broker } = place();
        const digest = await session.digest();
        const { generation } = await session.state();
        broker.app.get(FailPoints).arm(point, async () => {
          await network.armFault({ match: everyPlcRequest, effect: { kind: 'reset', moment: 'before' } });
        });
        expect(await session.refresh()).toEqual({ kind: 'refreshed' });
        expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
        expect(await session.exchangesOf(digest)).toBe(1);
        expect(await session.call()).toMatchObject({ status: 200 });
        broker.app.get(FailPoints).arm(point, undefined);
        await network.disarmFaults();
      }),
  );

  it.each(failPoints)('keeps the session if it crashes, and its response if there is one: %s', point =>
    rounds(async session => {
      const { broker } = place();
      const { generation } = await session.state();
      broker.app.get(FailPoints).arm(point, () => {
        broker.app.get(FailPoints).arm(point, undefined);
        throw new Error('crashed');
      });
      const isSent = point !== 'after_intent' && point !== 'before_send';
      expect(await session.refresh()).toEqual({ kind: 'failed', error: isSent ? 'unknown' : 'not-sent' });
      const state = { status: 'active', generation: generation + (isSent ? 1 : 0), attempt_state: null };
      expect(await session.state()).toMatchObject(state);
      expect(await session.call()).toMatchObject({ status: 200 });
      await expectRecovery(session);
    }),
  );

  it('does not start while the DID document names a PDS of another issuer', async () => {
    const { network } = place();
    const other = await startOtherIssuer(network.pds);
    await rounds(async session => {
      const effect = { kind: 'rewrite', from: network.pds, to: other.url } as const;
      await network.armFault({ match: everyPlcRequest, effect });
      await expectPutOff(session);
      await network.disarmFaults();
      await expectRecovery(session);
    });
    await other.stop();
  });

  it('is postponed if the connection is refused', () =>
    rounds(async session => {
      const { network, broker } = place();
      broker.app.get(FailPoints).arm('before_send', network.haltPds);
      await expectPutOff(session, { pdsAnswers: false });
      broker.app.get(FailPoints).arm('before_send', undefined);
      await network.resumePds();
      await expectRecovery(session);
    }));

  it('starts at most once a minute for a PDS that refuses every token, and callers get 502', () =>
    rounds(async session => {
      const { network } = place();
      await network.armFault({ match: { server: 'pds', path: '/xrpc/*' }, effect: invalidToken });
      await session.age(0);
      const { generation } = await session.state();
      const fresh = await session.digest();
      expect(await callTogether(session)).toEqual(Array<number>(CALLS).fill(502));
      expect(await session.digest()).toBe(fresh);
      await session.age(2);
      expect(await callTogether(session)).toEqual(Array<number>(CALLS).fill(502));
      expect(await callTogether(session)).toEqual(Array<number>(CALLS).fill(502));
      expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
      expect(await session.exchangesOf(fresh)).toBe(1);
      expect(await session.requestsOf(await session.digest())).toEqual([]);
      await network.disarmFaults();
      expect(await session.call()).toMatchObject({ status: 200 });
    }));

  it('continues if its caller leaves', () =>
    rounds(async session => {
      const { network, broker } = place();
      const { generation } = await session.state();
      const answered = pauseAt(broker, 'after_answer');
      await session.age(60);
      const leaving = new AbortController();
      const calling = session.callAndLeave(leaving.signal);
      await answered.reached;
      leaving.abort();
      await expect(calling).rejects.toThrow();
      expect(await session.state()).toMatchObject({ generation, attempt_state: 'sent' });
      answered.release();
      expect(await session.call()).toMatchObject({ status: 200 });
      expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
      await network.disarmFaults();
    }));

  describe.each([-10, 10])("when the broker's clock is off by %i minutes", minutes => {
    it('succeeds', () =>
      rounds(async session => {
        const { generation } = await session.state();
        const digest = await session.digest();
        setClockOff(minutes);
        expect(await session.refresh()).toEqual({ kind: 'refreshed' });
        expect(await session.state()).toMatchObject({ generation: generation + 1, failures: 0 });
        expect(await session.exchangesOf(digest)).toBe(1);
        expect(await session.call()).toMatchObject({ status: 200 });
        setClockRight();
      }));

    it('is started by a call that needs it, and by no other', () =>
      rounds(async session => {
        const { generation } = await session.state();
        await session.age(30);
        setClockOff(minutes);
        expect(await session.call()).toMatchObject({ status: 200 });
        expect(await session.state()).toMatchObject({ generation, attempt_state: null });
        setClockRight();
        await session.age(60);
        setClockOff(minutes);
        expect(await session.call()).toMatchObject({ status: 200 });
        expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
        setClockRight();
      }));
  });
}

const invalidToken: Effect = {
  kind: 'answer',
  moment: 'before',
  status: 401,
  headers: { 'www-authenticate': 'DPoP error="invalid_token"', 'content-type': 'application/json' },
  body: '{"error":"invalid_token"}',
};

/** Checks that a failed refresh only moves the next one: no token was sent, and the old one works. */
async function expectPutOff(session: TestSession, { pdsAnswers = true } = {}): Promise<void> {
  const digest = await session.digest();
  const { generation } = await session.state();
  expect(await session.refresh()).toMatchObject({ kind: 'failed', error: 'not-sent' });
  expect(await session.state()).toMatchObject({
    status: 'active',
    generation,
    attempt_state: null,
    failures: 1,
  });
  expect(await session.requestsOf(digest)).toEqual([]);
  if (pdsAnswers) expect(await session.call()).toMatchObject({ status: 200 });
}

async function expectRecovery(session: TestSession): Promise<void> {
  const digest = await session.digest();
  const { generation } = await session.state();
  await session.letDeadlinePass();
  expect(await session.refresh()).toEqual({ kind: 'refreshed' });
  expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1, failures: 0 });
  expect(await session.exchangesOf(digest)).toBe(1);
  expect(await session.call()).toMatchObject({ status: 200 });
}

async function callTogether(session: TestSession): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: CALLS }, () => session.call()));
  return answers.map(({ status }) => status);
}

/** A server that responds like the real PDS and issuer, under its own name. */
async function startOtherIssuer(pds: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = await listenOnLoopback();
  const url = `http://localhost:${server.port}`;
  server.answerWith((request, response) => {
    void fetch(new URL(request.url ?? '/', pds)).then(async answer => {
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end((await answer.text()).replaceAll(pds, url));
    });
  });
  return { url, stop: server.stop };
}
