import { expect, it, jest } from '@jest/globals';
import { type FailPoint, failPoints } from '../../src/config/values/fail-point.ts';
import { SessionListeners } from '../../src/sessions/stored/session-listeners.service.ts';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import { accountOf } from '../broker/test-broker.ts';
import { describeFaults, type FaultyPlace, ROUNDS } from './describe-faults.ts';
import { type Pause, pauseAt } from './pause-at.ts';
import { type RememberedGrant, rememberGrant } from './remembered-grant.ts';
import { TestSession } from './test-session.ts';
import { until } from '../until.ts';

/** Rounds per point, for tests that log in once per round. */
const FEW = ROUNDS / failPoints.length;

describeFaults('a logout during a refresh', logouts);
describeFaults('a new login during a refresh', newLogins);
describeFaults('a reconnection during a refresh', reconnections);
describeFaults('a session that needs its owner', unconfirmedEndings);

function logouts(place: () => FaultyPlace): void {
  it.each(failPoints)('revokes the session at its issuer, whatever the response is (%s)', async point => {
    for await (const { session, grant, pause, refreshing } of refreshesStoppedAt(point, place())) {
      expect((await session.browser.post('/oauth/logout', {})).status).toBe(204);
      pause.release();
      await refreshing;
      await until(
        'the session is revoked',
        () => session.state(),
        ({ status }) => status === 'revoked',
      );
      await expectAllEnded(grant, place());
      expect(await session.call()).toMatchObject({ status: 401 });
      expect(await session.state()).toMatchObject({ status: 'revoked', reason: null });
    }
  });

  it('is not undone by a later invalid_grant', async () => {
    const { broker, signIn, network } = place();
    const session = await signIn();
    await network.armFault({
      match: { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' },
      effect: { kind: 'answer', moment: 'before', status: 400, body: '{"error":"invalid_grant"}' },
      times: 1,
    });
    const pause = pauseAt(broker, 'after_answer');
    const refreshing = session.refresh();
    await pause.reached;
    await session.browser.post('/oauth/logout', {});
    pause.release();
    await refreshing;
    await until(
      'the session is revoked',
      () => session.state(),
      ({ status }) => status === 'revoked',
    );
    expect(await session.state()).toMatchObject({ status: 'revoked', reason: null });
  });
}

function unconfirmedEndings(place: () => FaultyPlace): void {
  it('tells its holders although the confirmation of its write was lost', async () => {
    const { broker, signIn, network } = place();
    const session = await signIn();
    await session.refresh(); // The first request only brings the nonce.
    const told: string[] = [];
    broker.app.get(SessionListeners).onNeedsReauth(({ id }) => Promise.resolve(void told.push(id)));
    loseOneConfirmation(broker.app.get(SessionRepository));
    await network.armFault({
      match: { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' },
      effect: { kind: 'reset', moment: 'after' },
      times: 1,
    });
    expect(await session.refresh()).toMatchObject({ kind: 'failed' });
    await session.letDeadlinePass();
    await session.refresh();
    expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason: 'response_lost' });
    expect(told).toEqual([session.id]);
  });
}

/** Lets the next marking be applied and its confirmation be lost, as by a connection that breaks. */
function loseOneConfirmation(rows: SessionRepository): void {
  const mark = rows.markNeedsReauth.bind(rows);
  jest.spyOn(rows, 'markNeedsReauth').mockImplementationOnce(async (...marked) => {
    await mark(...marked);
    throw new Error('the connection is lost');
  });
}

function newLogins(place: () => FaultyPlace): void {
  it.each(failPoints)('creates its own session, and changes no other (%s)', async point => {
    for await (const { session, pause, refreshing } of refreshesStoppedAt(point, place(), { rounds: FEW })) {
      const another = await place().signIn();
      expect(another.id).not.toBe(session.id);
      pause.release();
      expect(await refreshing).toEqual({ kind: 'refreshed' });
      expect(await session.state()).toMatchObject({ status: 'active', generation: 2 });
      expect(await another.state()).toMatchObject({ status: 'active', generation: 1, attempt_state: null });
      for (const each of [session, another]) expect(await each.call()).toMatchObject({ status: 200 });
    }
  });
}

function reconnections(place: () => FaultyPlace): void {
  it.each(failPoints)(
    'keeps only the new grant, whatever the response to the old one is (%s)',
    async point => {
      const { broker, network } = place();
      for await (const { session, grant, pause, refreshing } of refreshesStoppedAt(point, place(), {
        rounds: FEW,
        prepare: toKey,
      })) {
        await giveUp(session);
        await reconnect(session);
        pause.release();
        await refreshing;
        expect(await session.state()).toMatchObject({ status: 'active', generation: 3, attempt_state: null });
        const taken = await rememberGrant(session);
        expect(await taken.ask(taken.accessToken)).toBe('ok');
        for (const token of await issuedFor(grant, network))
          await until(
            'the access token is over',
            () => grant.ask(token),
            answer => answer === 'invalid_token',
          );
        expect(await session.refresh()).toEqual({ kind: 'refreshed' });
        expect(await session.state()).toMatchObject({ status: 'active', generation: 4 });
        expect(await broker.app.get(SessionRepository).findSession(session.id)).toMatchObject({
          reason: null,
        });
      }
    },
  );
}

type StoppedRefresh = {
  session: TestSession;
  grant: RememberedGrant;
  pause: Pause;
  refreshing: Promise<unknown>;
};

/** Refreshes sessions in turn, each suspended at a point. */
async function* refreshesStoppedAt(
  point: FailPoint,
  place: FaultyPlace,
  { rounds = ROUNDS, prepare = (session: TestSession) => Promise.resolve(session) } = {},
): AsyncGenerator<StoppedRefresh, void, void> {
  const sessions = await Promise.all(Array.from({ length: rounds }, () => place.signIn()));
  for (const signedIn of sessions) {
    const session = await prepare(signedIn);
    const grant = await rememberGrant(session);
    const pause = pauseAt(place.broker, point);
    const refreshing = session.refresh();
    await pause.reached;
    yield { session, grant, pause, refreshing };
  }
}

async function issuedFor(
  { digest }: RememberedGrant,
  network: Pick<FaultyPlace['network'], 'listTokenRequests'>,
): Promise<string[]> {
  return (await network.listTokenRequests({ digest })).flatMap(({ issued }) => issued);
}

async function expectAllEnded(grant: RememberedGrant, { network }: FaultyPlace): Promise<void> {
  for (const token of [grant.accessToken, ...(await issuedFor(grant, network))])
    await until(
      'the access token is over',
      () => grant.ask(token),
      answer => answer === 'invalid_token',
    );
}

/** Makes the grant of a browser's session that of a key. */
async function toKey({ broker, browser, id }: TestSession): Promise<TestSession> {
  const sessions = broker.app.get(SessionRepository);
  const signedIn = await sessions.findSession(id);
  if (!signedIn?.secrets) throw new Error('the session has no secrets');
  await broker.database
    .updateTable('oauth_session')
    .set({ status: 'revoked', sealed: null })
    .where('id', '=', id)
    .execute();
  const grant = { ...signedIn, ...signedIn.secrets };
  const made = await sessions.insertSession(grant, { handle: signedIn.handle, purpose: 'api_key' });
  return new TestSession(broker, browser, made.id);
}

/** Ends a generation, like another process that takes the response for lost. */
async function giveUp({ broker, id }: TestSession): Promise<void> {
  await broker.database
    .updateTable('oauth_session')
    .set({
      status: 'needs_reauth',
      reason: 'response_lost',
      generation: 2,
      attempt_id: null,
      attempt_state: null,
      owner: null,
      sent_at: null,
      lease_until: null,
    })
    .where('id', '=', id)
    .execute();
}

async function reconnect({ broker, id }: TestSession): Promise<void> {
  const browser = broker.browser();
  const begun = await browser.open(`/oauth/login?reconnect=${id}`);
  const authorizeUrl = new URL(begun.headers.get('location') ?? '');
  const callback = await browser.authorize(authorizeUrl, accountOf(broker, 'alice.test'));
  expect((await browser.openCallback(callback)).status).toBe(303);
}
