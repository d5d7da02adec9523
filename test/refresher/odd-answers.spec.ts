import { afterEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import type { TokenAnswer } from '../network/strict-issuer.ts';
import { answerAsIssued, describeStrictPlace, secretsOf, type StrictPlace } from './strict-place.ts';

const RUNS = process.env.TEST_LONG ? 1_000 : 40;

const NUL = 'atproto \0';
const HALF_PAIR = 'atproto \ud800';
const LONG = 'x'.repeat(60_000);

const numbers = [1e20, 1e308, 0, -1, 0.5, '3600', 'soon', LONG, NUL, null, undefined, true, [], {}];
const texts = [NUL, HALF_PAIR, LONG, '', 7, null, undefined, ['atproto'], {}];

type Issued = { readonly access_token: string; readonly refresh_token: string; readonly sub: string };

const issuedIn = ({ body }: TokenAnswer): Issued => body as Issued;

describeStrictPlace('an odd answer to a refresh', suite);

function suite(place: () => StrictPlace): void {
  afterEach(() => {
    place().onRefresh = answerAsIssued;
  });

  it('never costs the session its tokens, whatever it says beside them', async () => {
    const session = await place().signIn();
    const odd = fc.record(
      {
        expires_in: fc.constantFrom(...numbers),
        scope: fc.constantFrom(...texts),
        token_type: fc.constantFrom('DPoP', 'dpop', null, undefined),
        sub: fc.constantFrom(null, undefined),
        id_token: fc.constantFrom(...texts),
      },
      { requiredKeys: [] },
    );
    const status = fc.constantFrom(200, 201, 202, 203, 206);
    await fc.assert(
      fc.asyncProperty(odd, status, async (change, answered) => {
        const issued = issueWith(place(), answered, change);
        expect(await session.refresh()).toEqual({ kind: 'refreshed' });
        const { access_token, refresh_token } = await issued;
        expect(await secretsOf(session)).toMatchObject({
          accessToken: access_token,
          refreshToken: refresh_token,
        });
        expect(await session.state()).toMatchObject({ status: 'active', attempt_state: null });
      }),
      { numRuns: RUNS },
    );
    expect(await session.call()).toMatchObject({ status: 200 });
    expect(place().network.issuer.report.doubleRefreshes).toBe(0);
  });

  it.each([
    ['is absent', undefined],
    ['is null', null],
    ['is empty', ''],
    ['is a number', 7],
    ['holds NUL', 'r\0'],
    ['holds half a surrogate pair', 'r\ud800'],
    ['is of 1 MB', 'r'.repeat(1024 * 1024)],
  ])('keeps the refresh token that it has if the new one %s', async (_name, refresh_token) => {
    const session = await place().signIn();
    const before = await secretsOf(session);
    const issued = issueWith(place(), 200, { refresh_token });
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    const { access_token: accessToken } = await issued;
    expect(await secretsOf(session)).toEqual({ ...before, accessToken });
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2, attempt_state: null });
  });

  it.each([
    ['is absent', undefined],
    ['is null', null],
    ['is empty', ''],
    ['is a number', 7],
    ['holds NUL', 'atproto \0'],
    ['holds half a surrogate pair', 'atproto \ud800'],
  ])('keeps the scope that it has if the new one %s', async (_name, scope) => {
    const session = await place().signIn();
    const stored = () => session.broker.app.get(SessionRepository).findSession(session.id);
    expect(await stored()).toMatchObject({ scope: 'atproto transition:generic' });
    void issueWith(place(), 200, { scope });
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    expect(await stored()).toMatchObject({ scope: 'atproto transition:generic', generation: 2 });
  });

  it('keeps a refresh token of 60 kB', async () => {
    const session = await place().signIn();
    const issued = issueWith(place(), 200, { refresh_token: LONG, scope: `atproto ${LONG}` });
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    const { access_token: accessToken } = await issued;
    expect(await secretsOf(session)).toMatchObject({ accessToken, refreshToken: LONG });
  });

  it.each([
    [{ token_type: 'Bearer' }, 'unusable_token'],
    [{ token_type: 7 }, 'unusable_token'],
    [{ access_token: 'a\r\nb' }, 'unusable_token'],
    [{ access_token: `a${LONG}\0` }, 'unusable_token'],
    [{ sub: 'did:plc:another' }, 'other_account'],
    [{ sub: '\ud800' }, 'other_account'],
  ])('with %j is stored and never sent', async (change, reason) => {
    const session = await place().signIn();
    const issued = issueWith(place(), 200, change);
    await session.refresh();
    const { refresh_token: refreshToken } = await issued;
    expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason, generation: 2 });
    expect(await secretsOf(session)).toMatchObject({ refreshToken });
    const cookies = session.broker.database.selectFrom('ui_session').select('id');
    expect(await cookies.where('session_id', '=', session.id).execute()).toEqual([]);
    const called = place().network.tokenRequests;
    expect(await session.call()).toMatchObject({ status: 401 });
    expect(place().network.tokenRequests).toBe(called);
  });
}

/** Changes the next answers. Resolves with what the issuer issued for the first. */
function issueWith(place: StrictPlace, status: number, change: object): Promise<Issued> {
  const { promise, resolve } = Promise.withResolvers<Issued>();
  place.answerWith(answer => {
    const body = { ...answer.body, ...change };
    resolve({ ...issuedIn(answer), ...('access_token' in change && issuedIn({ status, body })) });
    return { status, body };
  });
  return promise;
}
