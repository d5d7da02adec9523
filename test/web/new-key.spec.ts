import { beforeAll, expect, it } from '@jest/globals';
import { callWith } from '../broker/issued-key.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { keyRequestOf } from '../key-requests/rows.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { approveKey, KeyAsker, obtainKey, openCodePage } from '../network/key-asker.ts';
import type { Account } from '../network/network-control.ts';
import { askOneself, readyKey, secretOf, showKey } from './own-key.ts';

const COOKIE = 'latchkey-key-request';

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
      const ready = await readyKey(broker(), browser, alice);
      const page = await showKey(browser, ready);
      const secret = (await secretOf(page)) ?? '';
      expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(page.url).not.toContain(secret);
      const me = await callWith(broker(), { secret }, 'GET /api/me');
      expect(await me.json()).toMatchObject({ did: alice.did, scope: 'atproto transition:generic' });
      expect(browser.cookie(COOKIE)).toBeUndefined();

      const again = await showKey(browser, ready);
      expect([again.status, await secretOf(again)]).toEqual([410, undefined]);
      expect(await again.text()).toContain('data-note="KeyRequestEnded"');
    });

    it('keeps its temp token out of scripts and addresses', async () => {
      const browser = await signedIn(alice);
      const answer = await browser.submit('/account/keys', { name: 'My bot', ends: 'never' });
      const [cookie = ''] = answer.headers.getSetCookie();
      expect(cookie).toMatch(/^latchkey-key-request=[^;]+; Max-Age=900; Path=\/; HttpOnly; SameSite=Lax$/);
      expect(answer.headers.get('location')).not.toContain('cktmp_');
      const id = (answer.headers.get('location') ?? '').slice('/connect/'.length);
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

    it("needs both the browser's cookie and the code", async () => {
      const browser = await signedIn(alice);
      const ready = await readyKey(broker(), browser, alice);
      const kept = browser.cookie(COOKIE) ?? '';
      const set = (value: string) => {
        browser.agent.cookies.set(browser.publicUrl.host, COOKIE, value);
      };
      for (const value of [
        '',
        'x',
        `${ready.id}.`,
        `${ready.id}.cktmp_${'x'.repeat(43)}`,
        kept.slice(0, -1),
      ]) {
        set(value);
        const page = await showKey(browser, ready);
        expect([page.status >= 400, await secretOf(page)]).toEqual([true, undefined]);
      }
      set(kept);
      const wrong = await showKey(browser, { ...ready, code: '0000-0000' });
      expect([wrong.status, await secretOf(wrong)]).toEqual([403, undefined]);
      expect((await keyRequestOf(broker(), ready.id)).tries).toBe(1);
      expect(await secretOf(await showKey(browser, ready))).toMatch(/^ckapi_/);
    });

    it('ends after five wrong codes', async () => {
      const browser = await signedIn(alice);
      const ready = await readyKey(broker(), browser, alice);
      for (let count = 0; count < 5; count++)
        expect((await showKey(browser, { ...ready, code: '0000-0000' })).status).toBe(403);
      expect((await showKey(browser, ready)).status).toBe(410);
      expect((await keyRequestOf(broker(), ready.id)).status).toBe('denied');
    });

    it('is not shown to another account in the same browser, or after signing out', async () => {
      const browser = await signedIn(alice);
      const ready = await readyKey(broker(), browser, alice);
      const session = browser.cookie('latchkey') ?? '';
      const other = await signedIn(bob);
      browser.agent.cookies.set(browser.publicUrl.host, 'latchkey', other.cookie('latchkey') ?? '');
      expect((await showKey(browser, ready)).status).toBe(404);
      browser.agent.cookies.delete(browser.publicUrl.host, 'latchkey');
      expect((await showKey(browser, ready)).headers.get('location')).toBe(
        '/?return_to=%2Faccount&problem=AuthenticationRequired',
      );
      browser.agent.cookies.set(browser.publicUrl.host, 'latchkey', session);
      expect(await secretOf(await showKey(browser, ready))).toMatch(/^ckapi_/);
    });

    it('shows a code to type if another browser authorizes it', async () => {
      const id = await askOneself(await signedIn(alice));
      const elsewhere = broker().browser();
      const callback = await elsewhere.authorize(await approveKey(elsewhere, { id }), alice);
      const page = await (await openCodePage(elsewhere, await elsewhere.openCallback(callback))).text();
      expect(page).toContain('data-claim-code');
      expect(page).not.toContain('name="code"');
    });

    it('leads back to its page with a message if its owner denies it at the PDS', async () => {
      const browser = await signedIn(alice);
      const id = await askOneself(browser);
      const url = await approveKey(browser, { id });
      const callback = await browser.authorize(url, alice, { decision: 'deny' });
      const { headers } = await browser.openCallback(callback);
      expect(headers.get('location')).toBe(`/connect/${id}?problem=LoginCancelled`);
      const page = await (await browser.open(headers.get('location') ?? '')).text();
      expect(page).toContain('You didn’t give permission');
      expect(page).toContain(`/connect/${id}/approve`);
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
        const answer = await browser.submit('/account/keys', { name: 'My bot', ends: '90', ...fields });
        const id = (answer.headers.get('location') ?? '').slice('/connect/'.length);
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
      const first = (await secretOf(await showKey(browser, await readyKey(broker(), browser, alice)))) ?? '';
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
      const secret = (await secretOf(await showKey(browser, await readyKey(broker(), browser, alice)))) ?? '';
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
