import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { callWith } from '../broker/issued-key.ts';
import { accountOf, describeBroker } from '../broker/test-broker.ts';
import type { ConsentOptions } from '../network/pds-pages.ts';
import { KeyAsker } from '../network/key-asker.ts';
import { describeInChromium } from './chromium-suite.ts';
import { giveCookie, openWatched } from './watched-context.ts';

describeInChromium('a person in Chromium without scripts', chromium => {
  describeBroker(
    "on the broker's pages",
    broker => {
      let context: BrowserContext;
      let page: Page;
      let complaints: readonly string[];
      /** The redirect target of the last form. */
      let leftFor: string;
      beforeEach(async () => {
        ({ context, page, complaints } = await openWatched(chromium(), broker(), {
          javaScriptEnabled: false,
        }));
        // The PDS's pages need scripts, and bind a request to the browser that opens it. So another browser opens it.
        await context.route(isToPds, async route => {
          const answer = await route.fetch({ maxRedirects: 0 });
          leftFor = answer.headers().location ?? '';
          const { location, ...headers } = answer.headers();
          await route.fulfill({ status: 200, headers, body: location ?? '' });
        });
      });
      afterEach(async () => {
        await context.close();
        expect(complaints).toEqual([]);
      });

      /** Decides at the PDS with another browser, and opens the callback in this one. */
      const decideElsewhere = async (options?: ConsentOptions): Promise<void> => {
        await page.waitForURL(isToPds);
        const alice = accountOf(broker(), 'alice.test');
        const callback = await broker().browser().authorize(new URL(leftFor), alice, options);
        await page.goto(callback.href);
      };
      const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

      it('signs in, sees the account, signs out another browser, and signs out', async () => {
        const other = broker().browser();
        await other.login('alice.test', accountOf(broker(), 'alice.test'));
        await page.goto(broker().url);
        await page.getByLabel('Your handle').fill('alice.test');
        await press('Sign in');
        await decideElsewhere();
        expect(await page.locator('[data-handle]').innerText()).toBe('alice.test');
        const time = page.locator('time').first();
        expect(await time.innerText()).toMatch(/^(today|yesterday)$/);
        expect(await time.getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
        await press('Sign out all others');
        expect(await page.getByRole('status').innerText()).toBe('Every other browser is signed out.');
        expect((await other.get('/api/me')).status).toBe(401);
        await press('Sign out');
        await page.getByLabel('Your handle').waitFor();
      });

      it('approves a key, and sees its code', async () => {
        const asker = new KeyAsker(broker().url);
        const asked = await asker.ask({ identifier: 'alice.test', name: 'Field bot' });
        await page.goto(asked.authorizeUrl);
        await press('Approve');
        await decideElsewhere({ decision: 'deny' });
        expect(await page.getByRole('alert').innerText()).toMatch(/didn’t give permission/);
        expect(new URL(page.url()).pathname).toBe(`/connect/${asked.id}`);
        await press('Approve');
        await decideElsewhere();
        const code = await page.locator('[data-claim-code]').innerText();
        expect(await asker.claim(asked, code)).toMatchObject({ name: 'Field bot' });
      });

      it('makes a key, replaces it, and revokes it', async () => {
        const browser = broker().browser();
        await browser.login('alice.test', accountOf(broker(), 'alice.test'));
        await giveCookie(context, broker(), browser.cookie('latchkey') ?? '');
        await page.goto(`${broker().url}/account/keys/new`);
        await page.getByLabel('What is it for?').fill('My bot');
        await press('Continue');
        await decideElsewhere();
        const secret = await page.locator('[data-secret]').innerText();
        expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
        expect((await callWith(broker(), { secret }, 'GET /api/me')).status).toBe(200);
        await page.getByLabel('Python').check();
        expect(await page.locator('.code-panel:visible').innerText()).toContain('send_post');
        await press('Test the key');
        expect(await page.locator('#try [role=status]').innerText()).toMatch(/The key works/);
        await page.getByRole('link', { name: 'Done, back to your account' }).click();
        await page.getByRole('link', { name: 'Manage My bot' }).click();
        await page.getByLabel('At once').check();
        await press('Replace it');
        const next = await page.locator('[data-secret]').innerText();
        expect((await callWith(broker(), { secret }, 'GET /api/me')).status).toBe(401);
        expect((await callWith(broker(), { secret: next }, 'GET /api/me')).status).toBe(200);
        await page.getByRole('link', { name: 'Done, back to your account' }).click();
        await page.getByRole('link', { name: 'Manage My bot' }).click();
        await page.getByText('Rename it').click();
        await page.getByLabel('New name').fill('Your bot');
        await press('Save the name');
        await page.getByRole('heading', { name: 'Your bot' }).waitFor();
        await page.getByText('Revoke it…').click();
        await press('Yes, revoke it');
        expect(await page.getByRole('status').innerText()).toMatch(/is revoked/);
        expect((await callWith(broker(), { secret: next }, 'GET /api/me')).status).toBe(401);
      });
    },
    { anyDatabase: true },
  );
});

/** Returns whether the form at this path redirects to the PDS. */
function isToPds({ pathname }: URL): boolean {
  return ['/oauth/login', '/account/keys'].includes(pathname) || pathname.endsWith('/approve');
}
