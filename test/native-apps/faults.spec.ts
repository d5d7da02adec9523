import { readdir } from 'node:fs/promises';
import { beforeAll, expect, it, jest } from '@jest/globals';
import { AttemptSightings } from '../../src/single-use/attempt-sightings.service.ts';
import { SpoolDisk } from '../../src/single-use/spool/spool-disk.service.ts';
import type { Effect } from '../network/faults.ts';
import { describeFaults, type FaultyPlace } from '../refresher/describe-faults.ts';
import { readable, unreadable } from '../refresher/spoiled-answers.ts';
import { until } from '../until.ts';
import { type AppSession, type OAuthAnswer, TestApp, toSession } from './test-app.ts';
import { exchangesOf, forgetAnswer, letDeadlinePass, requestsOf, restoreRow, rowOf } from './token-rows.ts';

/** Longer than an issuer accepts a request. */
const LONG_KNOWN_MS = 20 * 60_000;

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html' };

type Case = [name: string, effect: Effect];

/** Faults that hide that the token was not spent. */
const doubtful: Case[] = [
  ['the connection is reset', { kind: 'reset', moment: 'before' }],
  ['408', answer('before', 408)],
  ['502', answer('before', 502)],
  ['404 of a misconfigured proxy', answer('before', 404, '<h1>Not Found</h1>', html)],
  ['a redirect', answer('before', 302, '', { location: 'https://elsewhere.example/' })],
  ['HTML with 200', answer('before', 200, '<h1>Welcome</h1>', html)],
  ['JSON with 200 that is no token set', answer('before', 200, '{}', json)],
  ['an answer without end', answer('before', 200, ' '.repeat(100_000), json)],
];

/** Complete responses without tokens, after which the token can be sent again, and the seconds that the app is told. */
const answered: [name: string, effect: Effect, seconds: number][] = [
  ['500', answer('before', 500), 2],
  ['503 of a proxy', answer('before', 503, '<h1>Unavailable</h1>', html), 2],
  ['503 with Retry-After', answer('before', 503, '', { 'retry-after': '7' }), 7],
];

/** Faults that lose the response after the token was spent. */
const lost: Case[] = [
  ['the connection is reset after the commit', { kind: 'reset', moment: 'after' }],
  ['502 after the commit', answer('after', 502)],
  ['the answer is cut', { kind: 'cut' }],
];

/** Errors that the issuer returns before it reads the token. */
const refused: Case[] = [
  ['429 with Retry-After', answer('before', 429, '{"error":"slow_down"}', { ...json, 'retry-after': '7' })],
  ['invalid_client', answer('before', 401, '{"error":"invalid_client"}', json)],
  ['use_dpop_nonce', answer('before', 400, '{"error":"use_dpop_nonce"}', { ...json, 'dpop-nonce': 'n' })],
];

/** Refusals in words of the issuer. */
const rejected: Case[] = [
  ['400 Session expired', answer('before', 400, '{"error":"Session expired"}', json)],
  ['401 in another shape', answer('before', 401, '{"message":"no session"}', json)],
];

describeFaults('a refresh of a native app', suite, { confidential: true });

function suite(place: () => FaultyPlace): void {
  let app: TestApp;
  let session: AppSession;
  beforeAll(async () => {
    app = await TestApp.register(place().broker);
    session = await app.renew(await logIn());
  });

  it.each(doubtful)(
    'with a lost response waits, is sent again in time, and succeeds: %s',
    async (_name, effect) => {
      await arm(effect);
      expectInDoubt(await app.refreshOnce(session));
      expectInDoubt(await app.refresh(session));
      expect(await requestsOf(place().broker, session)).toHaveLength(1);
      await letDeadlinePass(place().broker, session);
      session = await app.renew(session);
      expect(await app.isAlive(session)).toBe(true);
    },
  );

  it.each(['of a token without an attempt', 'that did not exist'])(
    'gets its answer again, and is sent once, when the database loses the row: it goes back to one %s',
    async which => {
      const { broker } = place();
      const old = which === 'that did not exist' ? undefined : await rowOf(broker, session);
      const first = await app.refresh(session);
      expect(first.status).toBe(200);
      await restoreRow(broker, session, old);
      forgetAnswer(broker, session);
      const again = await app.refresh(session);
      expect([again.status, again.body]).toEqual([200, first.body]);
      expect(await exchangesOf(broker, session)).toBe(1);
      session = await app.renew({ ...session, refreshToken: String(first.body.refresh_token) });
      expect(await app.isAlive(session)).toBe(true);
    },
  );

  it.each(['of a token without an attempt', 'that did not exist'])(
    'waits for its lost response also when the database loses the attempt: the row goes back to one %s',
    async which => {
      const { broker } = place();
      const old = which === 'that did not exist' ? undefined : await rowOf(broker, session);
      await arm({ kind: 'reset', moment: 'before' });
      expectInDoubt(await app.refreshOnce(session));
      await restoreRow(broker, session, old);
      expectInDoubt(await app.refresh(session));
      expect(await requestsOf(broker, session)).toHaveLength(1);
      jest.spyOn(broker.app.get(AttemptSightings), 'note').mockReturnValueOnce(LONG_KNOWN_MS);
      session = await app.renew(session);
      expect(await app.isAlive(session)).toBe(true);
    },
  );

  it.each(readable)('succeeds although its response %s', async (_name, effect) => {
    await arm(effect);
    const { body, status } = await app.refreshOnce(session);
    expect(status).toBe(200);
    session = await app.renew({ ...session, refreshToken: String(body.refresh_token) });
    expect(await app.isAlive(session)).toBe(true);
  });

  it.each(unreadable)(
    'is in doubt, and its response is kept for the operator that %s',
    async (_name, effect) => {
      const { broker } = place();
      const ending = await app.renew(await logIn());
      await arm(effect);
      expectInDoubt(await app.refreshOnce(ending));
      const { id = '' } = (await rowOf(broker, ending)) ?? {};
      expect(await readdir(broker.app.get(SpoolDisk).path)).toContain(`${id}.unread`);
      expect(await requestsOf(broker, ending)).toHaveLength(1);
    },
  );

  it.each(answered)('is sent again when the app returns after %s', async (_name, effect, seconds) => {
    await arm(effect);
    const first = await app.refreshOnce(session);
    expectInDoubt(first);
    expect(Number(first.headers.get('retry-after'))).toBe(seconds);
    const old = session;
    session = await app.renew(session);
    expect(await requestsOf(place().broker, old)).toHaveLength(2);
    expect(await app.isAlive(session)).toBe(true);
  });

  it("fails with the issuer's error when it is sent again after the token was spent and answered with 500", async () => {
    const ending = await app.renew(await logIn());
    await arm(answer('after', 500));
    expectInDoubt(await app.refreshOnce(ending));
    expect(await app.refresh(ending)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it.each(rejected)("gets the issuer's own words: %s", async (_name, effect) => {
    await arm(effect);
    const { status, body = '' } = effect as Extract<Effect, { kind: 'answer' }>;
    expect(await app.refreshOnce(session)).toMatchObject({ status, body: JSON.parse(body) as object });
    session = await app.renew(session);
  });

  it.each(lost)(
    "with a spent token is never sent again too early, and fails with the issuer's error: %s",
    async (_name, effect) => {
      const ending = await app.renew(await logIn());
      await arm(effect);
      expectInDoubt(await app.refreshOnce(ending));
      expectInDoubt(await app.refresh(ending));
      expect(await requestsOf(place().broker, ending)).toHaveLength(1);
      await letDeadlinePass(place().broker, ending);
      expect(await app.refresh(ending)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    },
  );

  it.each(refused)("gets the issuer's response, and the session lives: %s", async (_name, effect) => {
    await arm(effect);
    const { status, body = '', headers = {} } = effect as Extract<Effect, { kind: 'answer' }>;
    const passed = await app.refreshOnce(session);
    expect([passed.status, passed.body]).toEqual([status, JSON.parse(body)]);
    expect(passed.headers.get('latchkey-key-id')).toBe(session.keyId);
    for (const [name, value] of Object.entries(headers)) expect(passed.headers.get(name)).toBe(value);
    await until(
      'the attempt is over',
      () => rowOf(place().broker, session),
      row => row?.attempt_id === null,
    );
    session = await app.renew(session);
  });

  it('waits for an issuer that is away, and succeeds', async () => {
    await place().network.haltPds();
    const answered = await app.refreshOnce(session);
    expect(answered.body).toMatchObject({ error: 'temporarily_unavailable' });
    await place().network.resumePds();
    if (answered.headers.get('retry-after') !== '1') await letDeadlinePass(place().broker, session);
    session = await app.renew(session);
    expect(await app.isAlive(session)).toBe(true);
  });

  it('finishes without its caller, and a repeat gets its response', async () => {
    await arm({ kind: 'delay', moment: 'after', milliseconds: 500 });
    const leaving = new AbortController();
    const left = app.refreshOnce(session, { signal: leaving.signal }).catch(() => 'left');
    await until(
      'the refresh is sent',
      () => requestsOf(place().broker, session),
      requests => requests.length > 0,
    );
    leaving.abort();
    expect(await left).toBe('left');
    const { keyId } = session;
    session = await app.renew(session);
    expect(session.keyId).toBe(keyId);
    expect(await app.isAlive(session)).toBe(true);
  });

  const logIn = (): Promise<AppSession> => {
    const [alice] = place().network.accounts;
    if (!alice) throw new Error('the network has no account');
    return app.login(alice);
  };

  const arm = (effect: Effect): Promise<void> =>
    place().network.armFault({
      match: { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' },
      effect,
      times: 1,
    });

  it('exchanges each token once', async () => {
    const first = await app.refresh(session);
    await app.refresh(session);
    expect(await exchangesOf(place().broker, session)).toBe(1);
    session = toSession(first, session.key);
  });
}

function expectInDoubt({ status, body, headers }: OAuthAnswer): void {
  expect([status, body.error]).toEqual([503, 'temporarily_unavailable']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
}

function answer(
  moment: 'before' | 'after',
  status: number,
  body = '',
  headers: Record<string, string> = {},
): Effect {
  return { kind: 'answer', moment, status, body, headers };
}
