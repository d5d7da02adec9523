import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { accountOf, describeBroker } from '../broker/test-broker.ts';
import { authorizeAtPds, signInAtPds } from './at-pds.ts';
import { describeInChromium } from './chromium-suite.ts';
import { openWatched } from './watched-context.ts';

describeInChromium('a person in Chromium', chromium => {
  describeBroker(
    'on the sign-in page',
    broker => {
      let context: BrowserContext;
      let page: Page;
      let complaints: readonly string[];
      beforeEach(async () => {
        ({ context, page, complaints } = await openWatched(chromium(), broker()));
      });
      afterEach(async () => {
        await context.close();
        expect(complaints).toEqual([]);
      });

      const submitHandle = async (handle: string, path = ''): Promise<void> => {
        await page.goto(broker().url + path);
        await page.getByLabel('Your handle').fill(handle);
        await page.getByRole('button', { name: 'Sign in' }).click();
      };
      const cookieNames = async (): Promise<string[]> =>
        (await context.cookies(broker().url)).map(({ name }) => name);
      const alice = () => accountOf(broker(), 'alice.test');

      it("signs in through the PDS's own pages, and out again", async () => {
        await submitHandle('alice.test');
        await authorizeAtPds(page, broker(), alice());
        await page.waitForURL(`${broker().url}/account`);
        expect(await page.locator('[data-handle]').innerText()).toBe('alice.test');
        expect(await page.locator('[data-pds]').textContent()).toBe(new URL(broker().network.pds).host);
        const [cookie, ...others] = (await context.cookies(broker().url)).filter(
          ({ name }) => name === 'latchkey',
        );
        expect([cookie, others]).toEqual([
          expect.objectContaining({ httpOnly: true, sameSite: 'Lax', path: '/' }),
          [],
        ]);

        await page.getByRole('button', { name: 'Sign out', exact: true }).click();
        await page.getByRole('button', { name: 'Sign in' }).waitFor();
        expect(await page.locator('[data-handle]').count()).toBe(0);
        expect(await cookieNames()).not.toContain('latchkey');
      });

      it('reviews the permissions while signed in, and decides again', async () => {
        await submitHandle('alice.test');
        await authorizeAtPds(page, broker(), alice());
        await page.goto(`${broker().url}/?identifier=${alice().did}&prompt=consent`);
        await page.getByRole('button', { name: 'Review permissions' }).click();
        await authorizeAtPds(page, broker(), alice());
        await page.waitForURL(`${broker().url}/account`);
        expect(await page.locator('[data-handle]').innerText()).toBe('alice.test');
      });

      it('sees the account of a handle while it is typed, and nothing for an unknown handle', async () => {
        await page.goto(broker().url);
        const preview = page.locator('#preview');
        await page.getByLabel('Your handle').pressSequentially('alice.test');
        await preview.waitFor();
        expect(await preview.innerText()).toMatch(/alice\.test\s+localhost:\d+/);
        await page.getByLabel('Your handle').fill('nobody-here.test');
        await preview.waitFor({ state: 'hidden' });
      });

      it('learns that there is no such account, and corrects the handle', async () => {
        await submitHandle('nobody-here.test');
        expect(await page.getByRole('alert').innerText()).toMatch(/no account with that handle/);
        const field = page.getByLabel('Your handle');
        expect([await field.inputValue(), await field.getAttribute('aria-invalid')]).toEqual([
          'nobody-here.test',
          'true',
        ]);
        await field.fill('alice.test');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.waitForURL(url => url.origin === broker().network.pds);
      });

      it('comes back signed out after denying access, and keeps return_to', async () => {
        await submitHandle('alice.test', '/?return_to=%2Flivez');
        await signInAtPds(page, broker(), alice());
        await page.getByRole('button', { name: 'Deny access' }).click();
        await page.waitForURL(url => url.origin === new URL(broker().url).origin);
        expect(await page.getByRole('alert').innerText()).toMatch(/didn’t give permission/);
        expect(await page.locator('[name=return_to]').inputValue()).toBe('/livez');
        expect(await cookieNames()).not.toContain('latchkey');
      });

      it('confirms before another account replaces the signed-in one', async () => {
        const bob = accountOf(broker(), 'bob.test');
        await submitHandle('alice.test');
        await authorizeAtPds(page, broker(), alice());
        await page.getByRole('link', { name: 'Use another account' }).click();
        await page.getByText('Use another account').click();
        await page.getByLabel('Your handle').fill('bob.test');
        await page.getByRole('button', { name: 'Switch account' }).click();
        await page.getByRole('heading', { name: 'Continue as bob.test?' }).waitFor();
        await page.getByRole('link', { name: 'Stay signed in as alice.test' }).click();
        expect(await page.locator('[data-handle]').innerText()).toBe('alice.test');

        await page.goto(`${broker().url}/oauth/login?identifier=bob.test`);
        await page.getByRole('button', { name: 'Continue as bob.test' }).click();
        await authorizeAtPds(page, broker(), bob);
        await page.waitForURL(`${broker().url}/account`);
        expect(await page.locator('[data-handle]').innerText()).toBe('bob.test');
      });
    },
    { anyDatabase: true },
  );
});
