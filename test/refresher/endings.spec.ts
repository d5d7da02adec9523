import { afterEach, expect, it } from '@jest/globals';
import { Instances } from '../../src/leases/instances.service.ts';
import { accessTokenHash, createDpopSigner, signDpopProof } from '../../src/oauth/dpop-proof.ts';
import { type FailPoint, failPoints } from '../../src/config/fail-point.ts';
import { FailPoints } from '../../src/sessions/fail-points.ts';
import { SessionRepository } from '../../src/sessions/session.repository.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { describeFaults, type FaultyPlace } from './describe-faults.ts';
import type { TestSession } from './test-session.ts';
import { until } from './until.ts';

const ROUNDS = process.env.TEST_LONG ? 50 : 1;

describeFaults('a logout during a refresh', logouts);
describeFaults('an answer that comes late', lateAnswers, { instances: 2 });

function logouts(place: () => FaultyPlace): void {
  afterEach(() => {
    for (const point of failPoints) place().broker.app.get(FailPoints).arm(point, undefined);
  });

  it.each(failPoints)('ends the session at its issuer, and whatever the answer brings (%s)', async point => {
    const { broker, signIn, network } = place();
    for (let round = 0; round < ROUNDS; round++) {
      const session = await signIn();
      const tokenOf = await rememberGrant(session);
      const pause = pauseAt(broker, point);
      const refreshing = session.refresh();
      await pause.reached;
      expect((await session.browser.post('/oauth/logout', {})).status).toBe(204);
      pause.release();
      await refreshing;
      await until(async () => (await session.state()).status === 'revoked');
      const issued = (await network.listTokenRequests()).flatMap(request =>
        request.digest === tokenOf.digest ? request.issued : [],
      );
      for (const token of [tokenOf.accessToken, ...issued]) {
        await until(async () => (await tokenOf.ask(token)) === 'invalid_token');
      }
      expect(await session.call()).toMatchObject({ status: 401 });
      expect(await session.state()).toMatchObject({ status: 'revoked', reason: null });
    }
  });

  it('is not undone by an invalid_grant that comes after it', async () => {
    const { broker, signIn, network } = place();
    const session = await signIn();
    await network.armFault({ match: tokenEndpoint, effect: invalidGrant, times: 1 });
    const pause = pauseAt(broker, 'after_answer');
    const refreshing = session.refresh();
    await pause.reached;
    await session.browser.post('/oauth/logout', {});
    pause.release();
    await refreshing;
    await until(async () => (await session.state()).status === 'revoked');
    expect(await session.state()).toMatchObject({ status: 'revoked', reason: null });
  });
}

function lateAnswers(place: () => FaultyPlace): void {
  afterEach(() => {
    for (const { app } of place().brokers) {
      for (const point of failPoints) app.get(FailPoints).arm(point, undefined);
    }
  });

  it('changes nothing when it is an invalid_grant of an older generation', async () => {
    const { signIn, network, brokers } = place();
    const [first, second] = twoOf(brokers);
    const session = await signIn();
    await network.armFault({ match: tokenEndpoint, effect: invalidGrant, times: 1 });
    const late = pauseAt(first, 'after_answer');
    const refreshing = session.refresh(first);
    await late.reached;
    await declareDead(first);
    await session.letDeadlinePass();
    expect(await session.refresh(second)).toEqual({ kind: 'refreshed' });
    late.release();
    await refreshing;
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2, failures: 0 });
    expect(await session.call(second)).toMatchObject({ status: 200 });
  });

  it('changes nothing when it is an invalid_grant of another attempt, whose successor is on the wire', async () => {
    const { signIn, network, brokers } = place();
    const [first, second] = twoOf(brokers);
    const session = await signIn();
    await network.armFault({ match: tokenEndpoint, effect: invalidGrant, times: 1 });
    const late = pauseAt(first, 'after_answer');
    const refreshing = session.refresh(first);
    await late.reached;
    await declareDead(first);
    await session.letDeadlinePass();
    const onTheWire = pauseAt(second, 'before_write');
    const takingOver = session.refresh(second);
    await onTheWire.reached;
    late.release();
    await refreshing;
    expect(await session.state()).toMatchObject({ status: 'active', generation: 1, attempt_state: 'sent' });
    onTheWire.release();
    expect(await takingOver).toEqual({ kind: 'refreshed' });
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2 });
    expect(await session.call(second)).toMatchObject({ status: 200 });
  });

  it('is stored when it is a success that came while another prepared to send again', async () => {
    const { signIn, brokers } = place();
    const [first, second] = twoOf(brokers);
    const session = await signIn();
    const digest = await session.digest();
    const unsent = pauseAt(first, 'before_send');
    const refreshing = session.refresh(first);
    await unsent.reached;
    await declareDead(first);
    await session.letDeadlinePass();
    const preparing = pauseAt(second, 'after_intent');
    const takingOver = session.refresh(second);
    await preparing.reached;
    unsent.release();
    await refreshing;
    preparing.release();
    await takingOver;
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2 });
    expect(await session.requestsOf(digest)).toHaveLength(1);
    expect(await session.call(second)).toMatchObject({ status: 200 });
  });
}

const tokenEndpoint = { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' } as const;
const invalidGrant = {
  kind: 'answer',
  moment: 'before',
  status: 400,
  headers: { 'content-type': 'application/json' },
  body: '{"error":"invalid_grant"}',
} as const;

/** Stops the next refresh at a point, until it is released. */
function pauseAt({ app }: TestBroker, point: FailPoint): { reached: Promise<void>; release: () => void } {
  const [reached, released] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  app.get(FailPoints).arm(point, async () => {
    reached.resolve(undefined);
    await released.promise;
  });
  return {
    reached: reached.promise,
    release: () => {
      app.get(FailPoints).arm(point, undefined);
      released.resolve(undefined);
    },
  };
}

/** Makes a broker's heartbeat as old as that of one which has ended. */
async function declareDead({ app, database }: TestBroker): Promise<void> {
  await database
    .updateTable('instance')
    .set({ seen_at: database.now(-20 * 60) })
    .where('owner', '=', app.get(Instances).self)
    .execute();
}

type RememberedGrant = {
  digest: string;
  accessToken: string;
  /** What the PDS says of an access token of this grant: an OAuth error code, or `ok`. */
  ask: (accessToken: string) => Promise<string>;
};

/** Keeps what it takes to ask about a grant's tokens after the broker has erased them. */
async function rememberGrant(session: TestSession): Promise<RememberedGrant> {
  const stored = await session.broker.app.get(SessionRepository).find(session.id);
  if (!stored?.secrets) throw new Error('the session has no secrets');
  const { accessToken, dpopKey } = stored.secrets;
  const signer = createDpopSigner(dpopKey);
  const url = new URL('/xrpc/com.atproto.server.getSession', stored.pds);
  const askOnce = (token: string, nonce?: string): Promise<Response> => {
    const ath = accessTokenHash(token);
    const dpop = signDpopProof(signer, { method: 'GET', url, ath, nonce, now: new Date() });
    return fetch(url, { headers: { authorization: `DPoP ${token}`, dpop } });
  };
  return {
    digest: await session.digest(),
    accessToken,
    ask: async token => {
      const nonce = (await askOnce(token)).headers.get('dpop-nonce') ?? undefined;
      const answer = await askOnce(token, nonce);
      return /error="([^"]*)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1] ?? 'ok';
    },
  };
}

function twoOf(brokers: readonly TestBroker[]): [TestBroker, TestBroker] {
  const [first, second] = brokers;
  if (!first || !second) throw new Error('there are fewer than two brokers');
  return [first, second];
}
