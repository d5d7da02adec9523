import { beforeAll, expect, it } from '@jest/globals';
import type { SessionReason } from '../../src/database/tables/oauth-session.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { SessionListeners } from '../../src/sessions/stored/session-listeners.service.ts';
import { stopBackground, sweepNow } from '../background/due.ts';
import { suspendSession } from '../broker/stored-session.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { errorOf, statusOfMe } from '../login/answers.ts';
import { signIn, type TestSession } from '../refresher/test-session.ts';

const HOUR_MS = 60 * 60_000;

describeBroker('a browser whose session waits for a lost answer', suite);

function suite(broker: () => TestBroker): void {
  beforeAll(() => stopBackground(broker()));

  const suspended = async (at?: Date, reason?: 'response_lost' | 'restored'): Promise<TestSession> => {
    const session = await signIn(broker());
    await suspendSession(broker(), session.id, at, reason);
    return session;
  };
  const cookiesOf = async ({ id }: TestSession): Promise<number> => {
    const query = broker().database.selectFrom('ui_session').select('id').where('session_id', '=', id);
    return (await query.execute()).length;
  };

  it.each(['/api/me', '/api/ui-sessions', '/api/keys', '/xrpc/com.atproto.server.getSession'])(
    'is told to wait by %s',
    async path => {
      const { browser } = await suspended();
      const answer = await browser.get(path);
      expect(answer.headers.get('retry-after')).toBe('60');
      expect(await errorOf(answer)).toEqual({ status: 503, error: 'SessionSuspended' });
    },
  );

  it.each(['/account', '/account/keys/new'])(
    'gets a page at %s that says so, and signs in again',
    async path => {
      const { browser } = await suspended();
      const answer = await browser.open(path);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
      const page = await answer.text();
      expect(page).toContain('data-problem="SessionSuspended"');
      expect(page).toContain('action="/oauth/login"');
      expect(page).toContain('value="alice.test"');
      expect(page).toContain('<a href="/account">Check whether it works again</a>');
    },
  );

  it('gets the sign-in page with the reason and its handle', async () => {
    const { browser } = await suspended();
    const answer = await browser.open('/');
    const page = await answer.text();
    expect([answer.status, page]).toEqual([200, expect.stringContaining('data-problem="SessionSuspended"')]);
    expect(page).toContain('value="alice.test"');
  });

  it('lives again with its session', async () => {
    const session = await suspended();
    expect(await statusOfMe(session.browser)).toBe(503);
    await broker()
      .database.updateTable('oauth_session')
      .set({ status: 'active', reason: null })
      .where('id', '=', session.id)
      .execute();
    broker().app.get(SessionCache).forget(session.id);
    expect(await session.call()).toMatchObject({ status: 200 });
    expect((await session.browser.open('/account')).status).toBe(200);
  });

  it('may sign out, which revokes the session', async () => {
    const session = await suspended();
    expect((await session.browser.post('/oauth/logout', {})).status).toBe(204);
    expect(await cookiesOf(session)).toBe(0);
    expect((await session.state()).status).toMatch(/^revok/);
    expect(await statusOfMe(session.browser)).toBe(401);
  });

  it('may sign in again, which replaces the session', async () => {
    const session = await suspended();
    await session.browser.login('alice.test', accountOf(broker(), 'alice.test'));
    expect(await statusOfMe(session.browser)).toBe(200);
    expect(await cookiesOf(session)).toBe(0);
    expect((await session.state()).status).toMatch(/^revok/);
  });

  it.each(['response_lost', 'restored'] as const)(
    'is signed out after a day, and not before (%s)',
    async reason => {
      const [late, early] = [
        await suspended(new Date(Date.now() - 24 * HOUR_MS - 1_000), reason),
        await suspended(new Date(Date.now() - 23 * HOUR_MS), reason),
      ];
      await sweepNow(broker());
      expect([await cookiesOf(late), await cookiesOf(early)]).toEqual([0, 1]);
      expect((await early.browser.get('/api/me')).status).toBe(503);
    },
  );

  it.each<[SessionReason, number]>([
    ['response_lost', 1],
    ['restored', 1],
    ['revoked', 0],
    ['idle', 0],
    ['lifetime', 0],
    ['account_moved', 0],
    ['client_changed', 0],
    ['other_account', 0],
    ['unusable_token', 0],
  ])('keeps its cookie for the reason %s: %d', async (reason, cookies) => {
    const session = await signIn(broker());
    const { did } = accountOf(broker(), 'alice.test');
    await broker().app.get(SessionListeners).announceNeedsReauth({ id: session.id, did, reason });
    expect(await cookiesOf(session)).toBe(cookies);
  });
}
