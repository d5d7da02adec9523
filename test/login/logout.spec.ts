import { beforeAll, expect, it } from '@jest/globals';
import type { SessionReason } from '../../src/database/tables/oauth-session.ts';
import type { Session } from '../../src/sessions/stored/session.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { SessionListeners } from '../../src/sessions/stored/session-listeners.service.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { Account } from '../network/network-control.ts';
import { statusOfMe } from './answers.ts';
import { isAccessTokenLive, redeemRefreshToken, sessionOf } from './granted.ts';

for (const confidential of [false, true]) {
  const client = confidential ? 'a confidential client' : 'a loopback client';
  describeBroker(`signing out of ${client}`, suite, { confidential });
}

let accounts = 0;

function suite(broker: () => TestBroker): void {
  let account: Account;
  beforeAll(async () => {
    account = await broker().network.createAccount(`leaver-${process.pid}-${++accounts}.test`);
  });

  async function signedIn(): Promise<BrowserClient> {
    const browser = broker().browser();
    await browser.login(account.handle, account);
    return browser;
  }

  it('revokes the session at its issuer and erases its tokens', async () => {
    const browser = await signedIn();
    const session = await sessionOf(broker(), account.did);
    expect(await isAccessTokenLive(broker(), session)).toBe(true);

    expect((await browser.post('/oauth/logout', {})).status).toBe(204);
    expect(await isAccessTokenLive(broker(), session)).toBe(false);
    expect(await redeemRefreshToken(broker(), session)).toBe('invalid_grant');
    const row = await broker()
      .database.selectFrom('oauth_session')
      .select(['status', 'sealed'])
      .where('id', '=', session.id)
      .executeTakeFirst();
    expect(row).toEqual({ status: 'revoked', sealed: null });
  });

  it('revokes the cookie, in this browser and in every copy', async () => {
    const browser = await signedIn();
    const name = broker().publicUrl.startsWith('https:') ? '__Host-latchkey' : 'latchkey';
    const copy = broker().browser();
    copy.agent.cookies.set(copy.publicUrl.host, name, browser.cookie(name) ?? '');
    expect(await statusOfMe(copy)).toBe(200);

    await browser.post('/oauth/logout', {});
    expect(browser.cookie(name)).toBeUndefined();
    expect(await statusOfMe(copy)).toBe(401);
    expect((await copy.get('/xrpc/com.atproto.server.getSession')).status).toBe(401);
    expect((await copy.post('/oauth/logout', {})).status).toBe(401);
  });

  it('works with the form of the page, which then shows the sign-in form', async () => {
    const browser = await signedIn();
    const answer = await browser.submit('/oauth/logout', {});
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/?done=signed-out']);
    expect(await (await browser.open('/')).text()).not.toMatch(/data-note|data-handle/);
  });

  it('is told to a browser whose session the server ended, with the reason, until it signs in again', async () => {
    const browser = await signedIn();
    await endedByServer(broker(), await sessionOf(broker(), account.did), 'lifetime');
    const answer = await browser.open('/account');
    expect(answer.headers.get('location')).toBe('/?return_to=%2Faccount');
    expect(await noteIn(browser)).toBe('ended-lifetime');
    await browser.login(account.handle, account);
    await browser.submit('/oauth/logout', {});
    expect(await noteIn(browser)).toBeUndefined();
  });

  it('is told to a browser that another one signed out, and to no browser that was never signed in', async () => {
    const [browser, other] = [await signedIn(), await signedIn()];
    expect((await other.request('DELETE', '/api/ui-sessions?others=true')).status).toBe(200);
    expect(await noteIn(browser)).toBe('ended-elsewhere');
    const stranger = broker().browser();
    expect(await noteIn(stranger)).toBeUndefined();
    const name = `${broker().publicUrl.startsWith('https:') ? '__Host-' : ''}latchkey-last-sign-in`;
    stranger.agent.cookies.set(stranger.publicUrl.host, name, (await sessionOf(broker(), account.did)).id);
    expect(await noteIn(stranger)).toBeUndefined();
  });

  it.each(['cross-site', 'same-site', 'none'])('is refused for a request that is %s', async site => {
    const browser = await signedIn();
    const headers = { 'sec-fetch-site': site, origin: undefined };
    expect((await browser.post('/oauth/logout', {}, headers)).status).toBe(403);
    expect(await statusOfMe(browser)).toBe(200);
  });
}

/** Marks a session as one that its issuer has ended, and signs its browsers out. */
async function endedByServer(
  { app, database }: TestBroker,
  { id, did }: Session,
  reason: SessionReason,
): Promise<void> {
  await database
    .updateTable('oauth_session')
    .set({ status: 'needs_reauth', reason })
    .where('id', '=', id)
    .execute();
  app.get(SessionCache, { strict: false }).forget(id);
  await app.get(SessionListeners, { strict: false }).announceNeedsReauth({ id, did, reason });
}

/** Returns the code of the note on the sign-in page. */
async function noteIn(browser: BrowserClient): Promise<string | undefined> {
  return /data-note="([^"]+)"/.exec(await (await browser.open('/')).text())?.[1];
}
