import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BackgroundRefresh } from '../../src/background/refresh/background-refresh.service.ts';
import { IssuerBackOff } from '../../src/sessions/refresh/issuer-back-off.service.ts';
import type { Effect } from '../network/faults.ts';
import { describeFaults, type FaultyPlace } from './describe-faults.ts';
import { moveRefusalTime, type RefusalTime } from './refusal-time.ts';
import type { TestSession } from './test-session.ts';

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html' };

/** How issuers refuse a grant that has ended. */
const words: [name: string, answer: Answer][] = [
  ['Session expired', refusal('Session expired')],
  ['Refresh token expired', refusal('Refresh token expired')],
  ['"client_id" mismatch', refusal('"client_id" mismatch')],
  ['a JSON text', { status: 400, body: JSON.stringify('Refresh token expired'), headers: json }],
  ['JSON of another shape', { status: 401, body: '{"message":"no session"}', headers: json }],
  ['HTML', { status: 400, body: '<h1>Bad Request</h1>', headers: html }],
  ['an empty body', { status: 400 }],
  ['invalid_request', refusal('invalid_request')],
  ['403 with a nonce', { ...refusal('Forbidden'), status: 403, headers: { 'dpop-nonce': 'a-nonce' } }],
];

/** Responses of a server in front of the issuer, for all that is posted to its token endpoint. */
const misrouted: [name: string, answer: Answer][] = [
  ['404', { status: 404, body: '<h1>Not Found</h1>', headers: html }],
  ['404 of an XRPC server', { ...refusal('NotFound'), status: 404 }],
  ['405', { status: 405 }],
  ['421', { status: 421 }],
  ['413', { status: 413 }],
  ['403', { status: 403, body: '<h1>Blocked</h1>', headers: html }],
  [
    '400 of TLS',
    { status: 400, body: '<h1>The plain HTTP request was sent to HTTPS port</h1>', headers: html },
  ],
  ['401 of a gateway', { ...refusal('Authorization field missing'), status: 401 }],
];

describeFaults('a refused grant', place => {
  let refusalTime: RefusalTime;
  beforeEach(() => {
    refusalTime = moveRefusalTime();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    place().broker.app.get(IssuerBackOff).noteSuccess(place().network.pds);
  });

  /** A session whose access token the PDS refuses, and for whose token the issuer has one answer. */
  const refused = async (
    answer: Answer,
    { isExpired = false, forAll = false } = {},
  ): Promise<TestSession> => {
    const session = await place().signIn();
    await session.age(isExpired ? 61 : 30);
    await armPds(place());
    await armIssuer(place(), answer, forAll);
    return session;
  };

  describe.each([
    ['still had life left', false],
    ['has expired', true],
  ])('whose access token %s', (_life, isExpired) => {
    it.each(words)('with %s has ended after three times and a minute', async (_name, answer) => {
      const session = await refused(answer, { isExpired });
      for (let time = 0; time < 4; time++) {
        expect(await session.refresh()).toMatchObject({ kind: 'failed' });
        expect(await session.state()).toMatchObject({ status: 'active', attempt_state: null });
      }
      expect(await secondsOff(session)).toBeGreaterThan(29);
      expect(await secondsOff(session)).toBeLessThan(46);
      refusalTime.pass(61);
      await session.refresh();
      expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason: 'revoked' });
      expect(await session.call()).toMatchObject({ status: 401 });
    });
  });

  it('has ended at once with invalid_grant before its access token expires', async () => {
    const session = await refused(refusal('invalid_grant'));
    await session.refresh();
    expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason: 'revoked' });
  });

  it('has ended after three times and a minute with invalid_grant after its access token expired', async () => {
    const session = await refused(refusal('invalid_grant'), { isExpired: true });
    for (let time = 0; time < 3; time++) await session.refresh();
    expect(await session.state()).toMatchObject({ status: 'active' });
    refusalTime.pass(61);
    await session.refresh();
    expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason: 'revoked' });
  });

  it('lives after one invalid_grant among other refusals', async () => {
    const session = await refused(refusal('invalid_client'), { isExpired: true });
    for (const error of ['slow_down', 'invalid_client', 'invalid_grant']) {
      await place().network.disarmFaults();
      await armIssuer(place(), { ...refusal(error), status: error === 'slow_down' ? 429 : 400 });
      await session.letDeadlinePass();
      expect(await session.refresh()).toMatchObject({ kind: 'failed' });
      refusalTime.pass(61);
    }
    expect(await session.state()).toMatchObject({ status: 'active' });
    await expectRecovery(session);
  });

  it('is noticed although nobody calls, within two minutes', async () => {
    const session = await refused(refusal('Session expired'), { isExpired: true });
    const background = place().broker.app.get(BackgroundRefresh);
    const pauses: number[] = [];
    for (let rounds = 0; rounds < 5; rounds++) {
      await session.letDeadlinePass();
      await background.run();
      if ((await session.state()).status !== 'active') break;
      pauses.push(await secondsOff(session));
      refusalTime.pass(pauses.at(-1) ?? 0);
    }
    expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason: 'revoked' });
    expect(pauses.reduce((sum, pause) => sum + pause)).toBeLessThan(120);
  });

  it('was spent by the request that was answered with 500', async () => {
    const session = await refused(refusal('Session expired'), { isExpired: true });
    await place().network.disarmFaults();
    await armPds(place());
    await armIssuer(place(), { status: 500 }, false, 1);
    await armIssuer(place(), refusal('Session expired'));
    for (let time = 0; time < 3; time++) {
      await session.refresh();
      refusalTime.pass(31);
    }
    expect(await session.state()).toMatchObject({ status: 'active' });
    await session.refresh();
    expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason: 'response_lost' });
  });

  it.each(words)('lives while the PDS accepts its access token: %s', async (_name, answer) => {
    const session = await place().takeSession();
    await armIssuer(place(), answer);
    await expectLifeFor(session);
    expect(await session.call()).toMatchObject({ status: 200 });
    await expectRecovery(session);
  });

  it.each(misrouted)(
    'lives while its issuer is behind a proxy that answers all with %s',
    async (_name, answer) => {
      const session = await refused(answer, { isExpired: true, forAll: true });
      await expectLifeFor(session);
      await expectRecovery(session);
    },
  );

  const expectLifeFor = async (session: TestSession): Promise<void> => {
    for (let time = 0; time < 6; time++) {
      await session.letDeadlinePass();
      expect(await session.refresh()).toMatchObject({ kind: 'failed' });
      refusalTime.pass(120);
    }
    expect(await session.state()).toMatchObject({ status: 'active' });
  };

  const expectRecovery = async (session: TestSession): Promise<void> => {
    await place().network.disarmFaults();
    const { generation } = await session.state();
    await session.letDeadlinePass();
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    expect(await session.state()).toMatchObject({
      status: 'active',
      generation: generation + 1,
      failures: 0,
    });
    expect(await session.call()).toMatchObject({ status: 200 });
  };
});

type Answer = { status: number; headers?: Record<string, string>; body?: string };

function refusal(error: string): Answer {
  return { status: 400, headers: json, body: JSON.stringify({ error }) };
}

async function armPds({ network }: FaultyPlace): Promise<void> {
  const headers = { ...json, 'www-authenticate': 'DPoP error="invalid_token"' };
  const effect: Effect = { kind: 'answer', moment: 'before', status: 401, headers, body: '{}' };
  await network.armFault({ match: { server: 'pds', path: '/xrpc/*' }, effect });
}

/** @param forAll answers also what has no refresh token, as a misconfigured proxy does */
async function armIssuer(
  { network }: FaultyPlace,
  answer: Answer,
  forAll = false,
  times = Infinity,
): Promise<void> {
  const match = {
    server: 'pds',
    path: '/oauth/token',
    ...(forAll ? {} : { grantType: 'refresh_token' }),
  } as const;
  const effect: Effect = { kind: 'answer', moment: 'before', ...answer };
  await network.armFault({ match, effect, ...(times < Infinity && { times }) });
}

/** Returns the seconds until a session is retried. */
async function secondsOff({ broker: { database }, id }: TestSession): Promise<number> {
  const row = await database
    .selectFrom('oauth_session')
    .select('next_refresh_at')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return (Date.parse(row.next_refresh_at ?? '') - Date.now()) / 1000;
}
