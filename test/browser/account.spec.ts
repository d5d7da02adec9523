import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { Grants } from '../../src/oauth/refresh/grants.service.ts';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import { callWith } from '../broker/issued-key.ts';
import { describeBroker } from '../broker/test-broker.ts';
import { sessionById } from '../login/granted.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { Account } from '../network/network-control.ts';
import { authorizeByKeyboard } from './at-pds.ts';
import { describeInChromium } from './chromium-suite.ts';
import { Keyboard } from './keyboard.ts';
import { openWatched } from './watched-context.ts';

/** A person's whole life with the pages. Each test continues on the page where the one before stopped. */
describeInChromium('an owner in Chromium, with only a keyboard', chromium => {
  describeBroker(
    'with an account and a bot',
    broker => {
      let owner: Account;
      let context: BrowserContext;
      let page: Page;
      let keyboard: Keyboard;
      let complaints: readonly string[];
      let secret: string;
      /** Its earlier secrets. */
      const secrets: string[] = [];
      let elsewhere: BrowserClient;
      beforeAll(async () => {
        owner = await broker().network.createAccount(`owner-${process.pid}.test`);
        elsewhere = broker().browser();
        await elsewhere.login(owner.handle, owner);
        ({ context, page, complaints } = await openWatched(chromium(), broker(), {
          timezoneId: 'Asia/Tokyo',
          locale: 'en-GB',
          permissions: ['clipboard-read', 'clipboard-write'],
        }));
        keyboard = new Keyboard(page);
      });
      afterAll(() => context.close());

      /** Presses a button, or follows a link. */
      const enter = (name: string): Promise<void> => keyboard.enter(name);
      const authorize = (): Promise<void> => authorizeByKeyboard(page, broker(), owner);
      const statusWith = async (key: string): Promise<number> =>
        (await callWith(broker(), { secret: key }, 'GET /xrpc/com.atproto.server.getSession')).status;

      it('signs in on the way to the account', async () => {
        await page.goto(`${broker().url}/account`);
        expect(await page.getByRole('alert').count()).toBe(0);
        await enter('Skip to the content');
        await keyboard.type('Your handle', owner.handle);
        await page.keyboard.press('Enter');
        await authorize();
        await page.getByRole('heading', { name: 'Your account' }).waitFor();
        expect(await page.getByText('You have no keys yet.').count()).toBe(1);
      });

      it("reads days in the browser's zone, with the exact time in the title", async () => {
        const time = page.locator('time').first();
        const instant = (await time.getAttribute('datetime')) ?? '';
        const shown = new Intl.DateTimeFormat('en-GB', {
          dateStyle: 'medium',
          timeStyle: 'short',
          timeZone: 'Asia/Tokyo',
        });
        expect(await time.innerText()).toBe('today');
        expect(await time.getAttribute('title')).toBe(shown.format(new Date(instant)));
      });

      it('makes a key, confirms it at the PDS, and copies it from the page that shows it once', async () => {
        await enter('Make a key');
        await keyboard.type('What is it for?', 'Weather <b>bot</b>');
        await keyboard.choose('Choose', 'Post only');
        await keyboard.tick('Do nearly all that an app can: post, follow, like, upload, change your profile');
        await keyboard.choose('After 30 days', 'After 90 days');
        await enter('Continue');
        await authorize();
        await page.getByRole('heading', { name: 'Copy your key now' }).waitFor();
        secret = await page.locator('[data-secret]').innerText();
        await enter('Copy');
        await page.getByRole('button', { name: 'Copied' }).waitFor();
        expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
        expect(page.url()).not.toContain(secret);
        expect(await statusWith(secret)).toBe(200);
      });

      it('tests the key, and reads an example in each language', async () => {
        await enter('Test the key');
        expect(await page.locator('#try [role=status]').innerText()).toMatch(/The key works/);
        expect(await page.locator('[data-secret]').innerText()).toBe(secret);
        for (const [language, words] of [
          ['TypeScript', 'agent.post('],
          ['Python', 'client.send_post('],
          ['.env', `LATCHKEY_KEY=${secret}`],
        ] as const) {
          await keyboard.choose(language, 'curl', 'ArrowRight');
          expect(await page.locator('.code-panel:visible').innerText()).toContain(words);
          await page.locator('.code-tab').first().click();
        }
      });

      it('finds the key in the list, in plain words, and never its secret again', async () => {
        await enter('Done, back to your account');
        const row = page.locator('[data-key]');
        const text = await row.innerText();
        for (const part of ['Weather <b>bot</b>', 'Works', secret.slice(0, 12), 'post, follow, like'])
          expect(text).toContain(part);
        expect(await page.content()).not.toContain(secret);
      });

      it('replaces the key with a grace period, during which both secrets work', async () => {
        await enter('Manage Weather <b>bot</b>');
        await keyboard.choose('At once', 'In an hour');
        await page.keyboard.press('ArrowDown');
        await enter('Replace it');
        const next = await page.locator('[data-secret]').innerText();
        expect([await statusWith(secret), await statusWith(next)]).toEqual([200, 200]);
        secrets.push(secret);
        secret = next;
        await enter('Done, back to your account');
      });

      it('renames the key, and ends the old secret before its time', async () => {
        const [old] = secrets;
        await enter('Manage Weather <b>bot</b>');
        await enter('Rename it');
        await keyboard.type('New name', 'Sky <b>bot</b>');
        await enter('Save the name');
        expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Sky <b>bot</b>');
        expect(await page.locator('[data-grace]').innerText()).toContain('It keeps working until');
        expect(await statusWith(old ?? '')).toBe(200);
        await enter('End it now');
        expect(await page.getByRole('status').innerText()).toMatch(/old key has stopped/);
        expect(await page.locator('[data-grace]').count()).toBe(0);
        expect([await statusWith(old ?? ''), await statusWith(secret)]).toEqual([401, 200]);
        await enter('Back to your account');
      });

      it('sees that the key has stopped working after the PDS revoked it, and reconnects it', async () => {
        const { session_id } = await broker()
          .database.selectFrom('api_key')
          .select('session_id')
          .where('start', '=', secret.slice(0, 12))
          .executeTakeFirstOrThrow();
        const session = await sessionById(broker(), session_id);
        await broker()
          .app.get(Grants)
          .revoke({ ...session, ...session.secrets });
        await broker().app.get(Refresher).refresh(session_id, { kind: 'forced' });
        expect(await statusWith(secret)).toBe(401);

        await page.reload();
        const lost = page.locator('[data-lost]');
        expect(await lost.innerText()).toMatch(/“Sky <b>bot<\/b>” has stopped working/);
        expect(await lost.innerText()).toMatch(/Your server ended the permission/);
        await enter('Reconnect Sky <b>bot</b>');
        await authorize();
        expect(await page.getByRole('status').innerText()).toMatch(/connected again/);
        expect(await page.locator('[data-lost]').count()).toBe(0);
        expect(await statusWith(secret)).toBe(200);
      });

      it('signs out every other browser', async () => {
        expect(await page.locator('[data-browser]').count()).toBe(2);
        expect(await page.locator('[data-browser]').first().innerText()).toContain('This browser');
        await enter('Sign out all others');
        expect(await page.getByRole('status').innerText()).toBe('Every other browser is signed out.');
        expect(await page.locator('[data-browser]').count()).toBe(1);
        expect((await elsewhere.get('/api/me')).status).toBe(401);
      });

      it('revokes the key, which stays in the list as revoked', async () => {
        await enter('Manage Sky <b>bot</b>');
        await enter('Revoke it…');
        expect(await statusWith(secret)).toBe(200);
        await enter('Yes, revoke it');
        expect(await page.getByRole('status').innerText()).toMatch(/The key is revoked/);
        expect(await statusWith(secret)).toBe(401);
        await enter('1 expired or revoked key');
        expect(await page.locator('[data-key]').innerText()).toContain('Revoked');
      });

      it('meets no error, no violation of the policy and no third party on all these pages', () => {
        expect(complaints).toEqual([]);
      });
    },
    { anyDatabase: true },
  );
});
