import { beforeAll, expect, it } from '@jest/globals';
import { callWith } from '../broker/issued-key.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { keyRequestOf } from '../key-requests/rows.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { approveKey, KeyAsker, obtainKey } from '../network/key-asker.ts';
import type { Account } from '../network/network-control.ts';
import { askOneself, makeKey, OWN_REQUEST_COOKIE as COOKIE, readyKey, secretOf } from './own-key.ts';

describeBroker(
  'a key that an owner makes in their browser',
  broker => {
    let alice: Account;
    let bob: Account;
    beforeAll(async () => {
      alice = await broker().network.createAccount(`own-a-${broker().dialect}.test`);
      bob = await broker().network.createAccount(`own-b-${broker().dialect}.test`);
    });

    const cookies = new Map<Account, string>();
    /** Returns a signed-in browser. Browsers of one account share one session. */
    const signedIn = async (account: Account): Promise<BrowserClient> => {
      const browser = broker().browser();
      const cookie = cookies.get(account);
      if (cookie === undefined) await browser.login(account.handle, account);
      else browser.agent.cookies.set(browser.publicUrl.host, 'latchkey', cookie);
      cookies.set(account, browser.cookie('latchkey') ?? '');
      return browser;
    };

    it('is shown once, in a response that is not cached, and works', async () => {
      const browser = await signedIn(alice);
      const path = await readyKey(browser, alice);
      expect(path).toMatch(/^\/account\/key-requests\/[0-9a-f-]{36}$/);
      const page = await browser.open(path);
      const secret = (await secretOf(page)) ?? '';
      expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
      const me = await callWith(broker(), { secret }, 'GET /api/me');
      expect(await me.json()).toMatchObject({ did: alice.did, scope: 'atproto transition:generic' });
      expect(browser.cookie(COOKIE)).toBeUndefined();
    });

    it('says that it was seen when its page is loaded again, and leads to its replacement', async () => {
      const browser = await signedIn(alice);
      const path = await readyKey(browser, alice);
      const secret = (await secretOf(await browser.open(path))) ?? '';
      const again = await browser.open(path);
      expect([again.status, await secretOf(again)]).toEqual([410, undefined]);
      const text = await again.text();
      expect(text).toContain('You have seen this key');
      expect(text).toContain(`/account/keys/${(await keyWith(broker(), secret)).id}#rotate`);
      expect((await (await signedIn(bob)).open(path)).status).toBe(404);
    });

    it('is shown again if the response that showed it was lost', async () => {
      const browser = await signedIn(alice);
      const path = await readyKey(browser, alice);
      const kept = browser.cookie(COOKIE) ?? '';
      const secret = await secretOf(await browser.open(path));
      browser.agent.cookies.set(browser.publicUrl.host, COOKIE, kept);
      expect(await secretOf(await browser.open(path))).toBe(secret);
    });

    it('keeps its temp token and its code out of scripts and addresses', async () => {
      const browser = await signedIn(alice);
      const answer = await browser.submit('/account/keys', { name: 'My bot', ends: 'never' });
      const cookies = answer.headers.getSetCookie().filter(cookie => cookie.startsWith(COOKIE));
      expect(cookies).toEqual([
        expect.stringMatching(/^latchkey-key-request=[^;]+; Max-Age=900; Path=\/; HttpOnly; SameSite=Lax$/),
      ]);
      expect(answer.headers.get('location')).not.toContain('cktmp_');
      const [id = ''] = browser.cookie(COOKIE)?.split('.') ?? [];
      const page = await (await browser.open(`/connect/${id}`)).text();
      expect(page).toContain('You asked for this key in this browser');
      expect(page).not.toContain('cktmp_');
      expect(await keyRequestOf(broker(), id)).toMatchObject({
        did: alice.did,
        scope: 'atproto repo:app.bsky.feed.post blob:image/* blob:video/*',
        expires_in_days: null,
        status: 'pending',
      });
    });

    it("needs the browser's cookie with token and code", async () => {
      const browser = await signedIn(alice);
      const path = await readyKey(browser, alice);
      const [id = '', token = '', code = ''] = browser.cookie(COOKIE)?.split('.') ?? [];
      const set = (...parts: string[]) => {
        browser.agent.cookies.set(browser.publicUrl.host, COOKIE, parts.join('.'));
      };
      for (const parts of [
        [''],
        ['x'],
        [id],
        [id, token],
        [id, `cktmp_${'x'.repeat(43)}`, code],
        [id, token.slice(0, -1), code],
        [id, token, '0000-0000'],
      ]) {
        set(...parts);
        const page = await browser.open(path);
        expect([page.status !== 200, await secretOf(page)]).toEqual([true, undefined]);
      }
      expect((await keyRequestOf(broker(), id)).tries).toBe(1);
      set(id, token, code);
      expect((await browser.request('HEAD', path)).status).toBe(303);
      expect((await keyRequestOf(broker(), id)).status).toBe('authorized');
      expect(await secretOf(await browser.open(path))).toMatch(/^ckapi_/);
    });

    it('waits for its owner if the browser has signed in to another account, or has signed out', async () => {
      const browser = await signedIn(alice);
      const { id, atPds } = await askOneself(browser);
      const session = browser.cookie('latchkey') ?? '';
      const other = await signedIn(bob);
      const callback = await browser.authorize(atPds, alice);
      browser.agent.cookies.set(browser.publicUrl.host, 'latchkey', other.cookie('latchkey') ?? '');
      const path = (await browser.openCallback(callback)).headers.get('location') ?? '';
      const page = await browser.open(path);
      expect([page.status, await secretOf(page)]).toEqual([403, undefined]);
      expect(await page.text()).toContain(`This key is for another account`);
      browser.agent.cookies.delete(browser.publicUrl.host, 'latchkey');
      expect((await browser.open(path)).headers.get('location')).toBe(
        `/?return_to=${encodeURIComponent(`/account/key-requests/${id}`)}`,
      );
      browser.agent.cookies.set(browser.publicUrl.host, 'latchkey', session);
      expect(await secretOf(await browser.open(path))).toMatch(/^ckapi_/);
    });

    it('is not made for another account than the form was opened for', async () => {
      const browser = await signedIn(bob);
      const form = { name: 'My bot', ends: '30', 'permission-1': 'yes', account: alice.did };
      const answer = await browser.submit('/account/keys', form);
      expect([answer.status, browser.cookie(COOKIE)]).toEqual([403, undefined]);
      expect(await answer.text()).toContain('data-problem="WrongAccount"');
      expect(await (await browser.open('/account/keys/new')).text()).toContain(
        `name="account" value="${bob.did}"`,
      );
    });

    it('shows a code to type if another browser authorizes it', async () => {
      const { id } = await askOneself(await signedIn(alice));
      const elsewhere = broker().browser();
      const callback = await elsewhere.authorize(await approveKey(elsewhere, { id }), alice);
      const answer = await elsewhere.openCallback(callback);
      expect(answer.headers.get('location')).toBe(`/connect/${id}/code`);
    });

    it('leads to a page that tries again if its owner denies it at the PDS', async () => {
      const browser = await signedIn(alice);
      const path = await readyKey(browser, alice, {}, { decision: 'deny' });
      expect(path).toMatch(/^\/connect\/[0-9a-f-]{36}\?problem=LoginCancelled$/);
      const page = await (await browser.open(path)).text();
      expect(page).toContain('You didn’t give permission');
      const again = await browser.submit(`${path.split('?')[0] ?? ''}/approve`, {});
      const callback = await browser.authorize(new URL(again.headers.get('location') ?? ''), alice);
      const shown = (await browser.openCallback(callback)).headers.get('location') ?? '';
      expect(await secretOf(await browser.open(shown))).toMatch(/^ckapi_/);
    });

    it.each([
      [{ name: '' }, 'name'],
      [{ name: 'a\u202Eb' }, 'name'],
      [{ ends: '7' }, null],
      [{ ends: 'date', date: '2020-01-01' }, 'date'],
      [{ access: 'choose', 'permission-1': 'no', 'permission-0': 'yes' }, 'access'],
    ])('leads back to the form with %j, names the field, and keeps the others', async (fields, wrong) => {
      const browser = await signedIn(alice);
      const form = { name: 'My bot', ends: '365', 'permission-1': 'yes', ...fields };
      const answer = await browser.submit('/account/keys', form);
      const back = new URL(answer.headers.get('location') ?? '', broker().url);
      const { searchParams } = back;
      expect([back.pathname, searchParams.get('problem')]).toEqual(['/account/keys/new', 'InvalidRequest']);
      expect(searchParams.get('field')).toBe(wrong);
      const page = await (await browser.open(back.pathname + back.search)).text();
      if (wrong !== null) expect(page).toContain(`id="${wrong}-problem"`);
      expect(page).toMatch(/value="choose" checked/);
      if (!('permission-1' in fields)) expect(page).toMatch(/name="permission-1"[^>]*checked/);
      if (!('name' in fields)) expect(page).toContain('value="My bot"');
    });

    it('may be chosen in full, in part, or as nothing but to post, with a true end', async () => {
      const browser = await signedIn(alice);
      const page = await (await browser.open('/account/keys/new')).text();
      expect(page).toMatch(/value="post" checked/);
      expect(page.match(/name="access" value="\w+"/g)).toHaveLength(3);
      // Two weeks, on a broker without a public address: 30 days, 90 days, a year and no end at all exceed them.
      expect(page.match(/Needs one click from you by/g)).toHaveLength(4);
      expect(page).toContain('This service has no public address');
      for (const [fields, scope] of [
        [{ access: 'all' }, 'atproto transition:generic'],
        [{ access: 'choose', 'permission-3': 'yes' }, 'atproto blob:image/*'],
      ] as const) {
        const { id } = await askOneself(browser, { 'permission-1': 'no', ...fields });
        expect((await keyRequestOf(broker(), id)).scope).toBe(scope);
      }
    });

    it('that can only tell who its owner is says so wherever it is shown', async () => {
      const key = await obtainKey(broker().browser(), alice, { scope: 'atproto', name: 'Powerless bot' });
      const asked = await new KeyAsker(broker().url).ask({ identifier: alice.did, scope: 'atproto' });
      const browser = await signedIn(alice);
      const listed = await (await browser.open('/account')).text();
      const row = listed.slice(listed.indexOf(`data-key="${key.id}"`)).split('</li>')[0];
      expect(row).toContain('Can only tell who you are');
      expect(row).not.toContain('>Works<');
      expect(row).toContain('Needs you');
      for (const path of [`/account/keys/${key.id}`, `/connect/${asked.id}`])
        expect(await (await browser.open(path)).text()).toContain('data-powerless');
    });

    it('replaces only the secret that its page shows, and shows the new one again if the form is sent twice', async () => {
      const browser = await signedIn(alice);
      const first = await makeKey(browser, alice);
      const { id } = await keyWith(broker(), first);
      const form = { start: first.slice(0, 12), grace: '3600' };
      const second = (await secretOf(await browser.submit(`/account/keys/${id}/rotate`, form))) ?? '';
      const again = await browser.submit(`/account/keys/${id}/rotate`, form);
      expect([again.status, await secretOf(again)]).toEqual([200, second]);
      const other = await browser.submit(`/account/keys/${id}/rotate`, { ...form, start: 'ckapi_000000' });
      expect([other.status, await secretOf(other)]).toEqual([409, undefined]);
      expect(await other.text()).toContain('data-note="ApiKeyChanged"');
      for (const secret of [first, second])
        expect((await callWith(broker(), { secret }, 'GET /api/me')).status).toBe(200);
      const revoked = await browser.submit(`/account/keys/${id}/revoke`, {});
      expect(revoked.headers.get('location')).toBe('/account?done=key-revoked');
      for (const secret of [first, second])
        expect((await callWith(broker(), { secret }, 'GET /api/me')).status).toBe(401);
    });

    it('is unknown to another account', async () => {
      const browser = await signedIn(alice);
      const secret = await makeKey(browser, alice);
      const { id, start } = await keyWith(broker(), secret);
      const stranger = await signedIn(bob);
      const answers = [
        await stranger.open(`/account/keys/${id}`),
        await stranger.submit(`/account/keys/${id}/rotate`, { start, grace: '0' }),
        await stranger.submit(`/account/keys/${id}/revoke`, {}),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
      expect((await callWith(broker(), { secret }, 'GET /api/me')).status).toBe(200);
    });
  },
  { anyDatabase: true },
);

describeBroker(
  'while key requests are off',
  broker => {
    it('the account’s page offers no new key, and the form is refused', async () => {
      const account = await broker().network.createAccount(`own-off-${process.pid}.test`);
      const browser = broker().browser();
      await browser.login(account.handle, account);
      expect(await (await browser.open('/account')).text()).not.toContain('/account/keys/new');
      const answer = await browser.submit('/account/keys', { name: 'My bot', ends: '30' });
      expect(answer.headers.get('location')).toContain('/account/keys/new?problem=KeyRequestsOff');
    });
  },
  { anyDatabase: true, settings: { LATCHKEY_KEY_REQUESTS: 'off' } },
);

function keyWith({ database }: TestBroker, secret: string) {
  const start = secret.slice(0, 12);
  return database.selectFrom('api_key').selectAll().where('start', '=', start).executeTakeFirstOrThrow();
}
