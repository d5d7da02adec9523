import { describe, expect, it } from '@jest/globals';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { readPost, writePost } from '../network/posting.ts';
import { cookiesSetBy, statusOfMe } from './answers.ts';

for (const confidential of [false, true]) {
  describe(confidential ? 'as a confidential client' : 'as a loopback client', () => {
    describeBroker(
      'login',
      broker => {
        signsPeopleIn(broker);
        keepsLoginsApart(broker);
        makesNewCookies(broker, confidential ? '__Host-latchkey' : 'latchkey');
      },
      { confidential },
    );
  });
}

function signsPeopleIn(broker: () => TestBroker): void {
  it.each(['handle', 'did', 'pds'] as const)(
    'signs a person in with %s, who then reads and writes',
    async by => {
      const browser = broker().browser();
      const alice = accountOf(broker(), 'alice.test');
      const { pds } = broker().network;
      const answer = await browser.login({ ...alice, pds }[by], alice);
      expect(answer.headers.get('location')).toBe('/');

      const me = (await (await browser.get('/api/me')).json()) as Record<string, unknown>;
      expect(me).toEqual({
        did: alice.did,
        handle: 'alice.test',
        pds,
        credential: 'browser',
        scope: 'atproto transition:generic',
        expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        needsOwnerBy: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      });
      const text = `signed in by ${by}`;
      expect(await readPost(browser, await writePost(browser, alice.did, text))).toBe(text);
    },
  );
}

function keepsLoginsApart(broker: () => TestBroker): void {
  it('lets an account log in twice at once, and revokes one login without the other', async () => {
    const alice = accountOf(broker(), 'alice.test');
    const laptop = broker().browser();
    const phone = broker().browser();
    await Promise.all([laptop, phone].map(browser => browser.login('alice.test', alice)));
    const write = (): Promise<string[]> =>
      Promise.all([laptop, phone].map(browser => writePost(browser, alice.did, 'from both at once')));
    expect(new Set(await write()).size).toBe(2);

    expect((await laptop.post('/oauth/logout', {})).status).toBe(204);
    expect(await statusOfMe(laptop)).toBe(401);
    expect(await writePost(phone, alice.did, 'the other is still here')).toMatch(/^at:/);
  });
}

function makesNewCookies(broker: () => TestBroker, name: string): void {
  it('never adopts a cookie that was planted before the login', async () => {
    const alice = accountOf(broker(), 'alice.test');
    const planted = Buffer.alloc(32, 7).toString('base64url');
    const browser = broker().browser();
    browser.agent.cookies.set(browser.publicUrl.host, name, planted);
    const answer = await browser.login('alice.test', alice);
    expect(cookiesSetBy(answer)).toEqual([name, `${name}-last-sign-in`, `${name}-login-finished`]);
    expect(browser.cookie(name)).toMatch(/^[\w-]{43}$/);
    expect(browser.cookie(name)).not.toBe(planted);

    const attacker = broker().browser();
    attacker.agent.cookies.set(browser.publicUrl.host, name, planted);
    expect(await statusOfMe(attacker)).toBe(401);
    expect(await statusOfMe(browser)).toBe(200);
  });

  it('sets its cookie for this host alone, hidden from scripts and from requests of other sites', async () => {
    const answer = await broker().browser().login('alice.test', accountOf(broker(), 'alice.test'));
    const attributes = answer.headers.getSetCookie()[0]?.split('; ').slice(1).sort();
    const secure = name.startsWith('__Host-') ? ['Secure'] : [];
    expect(attributes).toEqual([
      expect.stringMatching(/^Expires=/),
      'HttpOnly',
      'Path=/',
      'SameSite=Lax',
      ...secure,
    ]);
  });
}
