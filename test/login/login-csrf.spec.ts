import { expect, it } from '@jest/globals';
import type { Did } from '../../src/database/tables/did.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { cookiesSetBy, errorOf, problemOf, statusOfMe } from './answers.ts';
import { isAccessTokenLive, sessionOf } from './granted.ts';

describeBroker(
  'a login that another site tries to start',
  broker => {
    refusesForeignForms(broker);
    showsForm(broker);
  },
  { anyDatabase: true },
);

describeBroker('a login in a signed-in browser', asksFirst);

async function countStates({ database }: TestBroker): Promise<number> {
  return (await database.selectFrom('oauth_state').select('id').execute()).length;
}

function refusesForeignForms(broker: () => TestBroker): void {
  const form = { identifier: 'alice.test' };
  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.test', 'sec-fetch-site': undefined },
    { origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' },
    { origin: 'null', 'sec-fetch-site': undefined },
  ])('is refused with the headers %j, and starts nothing', async marks => {
    const states = await countStates(broker());
    const browser = broker().browser();
    const answer = await browser.post('/oauth/login', form, marks);
    expect(await errorOf(answer)).toEqual({ status: 403, error: 'CrossSiteRequest' });
    const page = await browser.post('/oauth/login', form, { ...marks, accept: 'text/html' });
    expect(await problemOf(page)).toBe('CrossSiteRequest');
    expect([answer, page].flatMap(cookiesSetBy)).toEqual([]);
    expect(await countStates(broker())).toBe(states);
  });

  it("starts with the form of the broker's own page", async () => {
    const answer = await broker().browser().submit('/oauth/login', form);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(`${broker().network.pds}/oauth/authorize?`);
  });
}

function showsForm(broker: () => TestBroker): void {
  it('shows the filled-in form instead of starting if it comes from a link', async () => {
    const states = await countStates(broker());
    const path = '/oauth/login?identifier=alice.test&return_to=%2Fdeep';
    const answer = await broker().browser().open(path, 'cross-site');
    expect(answer.headers.get('location')).toBe('/?identifier=alice.test&return_to=%2Fdeep');
    expect(cookiesSetBy(answer)).toEqual([]);
    expect(await countStates(broker())).toBe(states);

    const form = await (
      await broker()
        .browser()
        .open(answer.headers.get('location') ?? '')
    ).text();
    expect(form).toContain('value="alice.test"');
    expect(form).toContain('name="return_to" value="/deep"');
  });

  it('shows the form if it names no account', async () => {
    const answer = await broker().browser().open('/oauth/login');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  });
}

function asksFirst(broker: () => TestBroker): void {
  it('shows the form for a link, and refuses a form without replace=yes', async () => {
    const browser = broker().browser();
    await browser.login('alice.test', accountOf(broker(), 'alice.test'));
    const link = await browser.open('/oauth/login?identifier=bob.test', 'same-origin');
    expect(link.headers.get('location')).toBe('/?identifier=bob.test');
    const answer = await browser.post('/oauth/login', { identifier: 'bob.test' });
    expect(await errorOf(answer)).toEqual({ status: 409, error: 'AlreadySignedIn' });
    expect(await statusOfMe(browser)).toBe(200);
  });

  it('replaces cookie and session with replace=yes, and the old ones stop working', async () => {
    const bob = accountOf(broker(), 'bob.test');
    const carol = await broker().network.createAccount(
      `old-${process.pid}-${broker().dialect.slice(0, 2)}.test`,
    );
    const browser = broker().browser();
    await browser.login(carol.handle, carol);
    const kept = broker().browser();
    kept.agent.cookies.set(kept.publicUrl.host, 'latchkey', browser.cookie('latchkey') ?? '');
    const session = await sessionOf(broker(), carol.did);

    const begun = await browser.submit('/oauth/login', { identifier: 'bob.test', replace: 'yes' });
    const page = new URL(begun.headers.get('location') ?? '');
    await browser.openCallback(await browser.authorize(page, bob));
    const me = (await (await browser.get('/api/me')).json()) as { did: Did };
    expect(me.did).toBe(bob.did);
    expect(await statusOfMe(kept)).toBe(401);
    expect(await isAccessTokenLive(broker(), session)).toBe(false);
  });

  it('keeps the old session until the new login has succeeded', async () => {
    const alice = accountOf(broker(), 'alice.test');
    const browser = broker().browser();
    await browser.login('alice.test', alice);
    const begun = await browser.submit('/oauth/login', { identifier: 'bob.test', replace: 'yes' });
    const page = new URL(begun.headers.get('location') ?? '');
    const bob = accountOf(broker(), 'bob.test');
    const denied = await browser.openCallback(await browser.authorize(page, bob, { decision: 'deny' }));
    expect(await problemOf(denied)).toBe('LoginCancelled');
    const me = (await (await browser.get('/api/me')).json()) as { did: Did };
    expect(me.did).toBe(alice.did);
  });
}
