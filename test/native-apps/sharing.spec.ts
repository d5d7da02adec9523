import { beforeAll, describe, expect, it } from '@jest/globals';
import { NativeAppCache } from '../../src/native-apps/registry/native-app.cache.ts';
import { parseRequest } from '../../src/native-apps/refresh/native-parameters.ts';
import { NativeRefreshes } from '../../src/native-apps/endpoints/native-refreshes.service.ts';
import { NativeRefresher } from '../../src/native-apps/refresh/native-refresher.service.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import type { Effect } from '../network/faults.ts';
import { describeFaults, type FaultyPlace } from '../refresher/describe-faults.ts';
import { until } from '../until.ts';
import { type AppSession, makeProof, type OAuthAnswer, TestApp, toSession } from './test-app.ts';
import { exchangesOf, letDeadlinePass, requestsOf } from './token-rows.ts';

const TWENTY = Array.from({ length: 20 });

describe('simultaneous refreshes of one token', () => {
  describeFaults('at one broker', suite, { confidential: true });
  describeFaults('at three brokers', suite, { confidential: true, instances: 3 });
  describeFaults('at two brokers, of which one is late', lateSuite, { confidential: true, instances: 2 });
  describeFaults('at a broker that is slow', slowSuite, { confidential: true });
});

function suite(place: () => FaultyPlace): void {
  let app: TestApp;
  let session: AppSession;
  beforeAll(async () => {
    app = await TestApp.register(place().broker);
    session = await app.renew(await logIn(place(), app));
  });

  const all = (): Promise<OAuthAnswer[]> => {
    const { brokers } = place();
    return Promise.all(
      TWENTY.map((_, index) => app.refresh(session, { at: brokers[index % brokers.length] })),
    );
  };

  it('send one request to the issuer, and share its response', async () => {
    const answers = await all();
    expect(answers.map(({ status }) => status)).toEqual(TWENTY.map(() => 200));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    for (const { headers } of answers) expect(headers.get('latchkey-key-id')).toBe(session.keyId);
    expect(await requestsOf(place().broker, session)).toHaveLength(1);
    session = toSession(answers[0] ?? (await app.refresh(session)), session.key);
    expect(await app.isAlive(session)).toBe(true);
  });

  it('send one request to the issuer, also if its response is lost', async () => {
    await arm(place(), { kind: 'reset', moment: 'before' });
    const answers = await all();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(await requestsOf(place().broker, session)).toHaveLength(1);
    await letDeadlinePass(place().broker, session);
    session = await app.renew(session);
    expect(await app.isAlive(session)).toBe(true);
  });

  it("all get the issuer's refusal", async () => {
    const { broker, network } = place();
    await app.refresh(session, { proof: { htm: 'GET' } });
    await network.armFault({
      match: { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' },
      effect: { kind: 'answer', moment: 'before', status: 400, body: '{"error":"invalid_request"}' },
    });
    const before = (await requestsOf(broker, session)).length;
    const joined = countJoining(place().brokers);
    for (const { app: each } of place().brokers)
      each.get(FailPoints).arm('after_intent', async () => {
        await until('all callers wait for the refresh', joined, count => count >= TWENTY.length);
      });
    const answers = await Promise.all(
      TWENTY.map((_, index) =>
        app.refreshOnce(session, { at: place().brokers[index % place().brokers.length] }),
      ),
    );
    for (const { status, body } of answers)
      expect([status, body]).toEqual([400, { error: 'invalid_request' }]);
    const requests = (await requestsOf(broker, session)).length - before;
    expect(requests).toBeLessThanOrEqual(place().brokers.length);
    await network.disarmFaults();
    session = await app.renew(session);
  });
}

function lateSuite(place: () => FaultyPlace): void {
  it('continue without a leader that is suspended before it sends, which then sends nothing', async () => {
    const [leader, follower] = place().brokers as [TestBroker, TestBroker];
    const app = await TestApp.register(leader);
    const session = await app.renew(await logIn(place(), app));
    const [standing, reached] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    leader.app.get(FailPoints).arm('after_intent', async () => {
      reached.resolve(undefined);
      await standing.promise;
    });
    const first = app.refreshOnce(session, { at: leader });
    await reached.promise;
    const second = await app.refresh(session, { at: follower });
    expect(second.status).toBe(200);
    leader.app.get(FailPoints).arm('after_intent', undefined);
    standing.resolve(undefined);
    expect(await first).toMatchObject({ status: 200, body: second.body });
    expect(await requestsOf(leader, session)).toHaveLength(1);
    expect((await app.refresh(session, { at: leader })).body).toEqual(second.body);
    expect(await app.isAlive(toSession(second, session.key))).toBe(true);
  });

  it('get the response of another broker at once', async () => {
    const [one, other] = place().brokers as [TestBroker, TestBroker];
    const app = await TestApp.register(one);
    const session = await logIn(place(), app);
    const first = await app.refresh(session, { at: one });
    expect((await app.refresh(session, { at: other })).body).toEqual(first.body);
    expect(await exchangesOf(one, session)).toBe(1);
  });
}

function slowSuite(place: () => FaultyPlace): void {
  it('wait as long as each caller does, and no longer', async () => {
    const { broker } = place();
    const app = await TestApp.register(broker);
    const session = await app.renew(await logIn(place(), app));
    await arm(place(), { kind: 'delay', moment: 'after', milliseconds: 1_000 });
    const patient = app.refreshOnce(session);
    await until(
      'the refresh is sent',
      () => requestsOf(broker, session),
      requests => requests.length > 0,
    );
    await expect(impatient(broker, app, session)).rejects.toMatchObject({ code: 'RefreshInDoubt' });
    expect((await patient).status).toBe(200);
    expect(await exchangesOf(broker, session)).toBe(1);
  });
}

async function impatient(broker: TestBroker, app: TestApp, session: AppSession): Promise<unknown> {
  const known = await broker.app.get(NativeAppCache).find(app.clientId);
  if (!known) throw new Error('the app is not known');
  const request = parseRequest('refresh', {
    client_id: app.clientId,
    issuer: app.issuer,
    grant_type: 'refresh_token',
    refresh_token: session.refreshToken,
  });
  const dpop = await makeProof(session.key, app.tokenEndpoint, { nonce: app.nonce });
  return broker.app.get(NativeRefreshes).refresh(known, request, dpop, 50);
}

/** Counts the requests that have joined a flight. */
function countJoining(brokers: readonly TestBroker[]): () => number {
  let joined = 0;
  for (const { app } of brokers) {
    const refresher = app.get(NativeRefresher);
    const join = refresher.join.bind(refresher);
    refresher.join = use => {
      joined++;
      return join(use);
    };
  }
  return () => joined;
}

function logIn({ network }: FaultyPlace, app: TestApp): Promise<AppSession> {
  const [alice] = network.accounts;
  if (!alice) throw new Error('the network has no account');
  return app.login(alice);
}

function arm({ network }: FaultyPlace, effect: Effect): Promise<void> {
  const match = { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' } as const;
  return network.armFault({ match, effect, times: 1 });
}
