import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeInChromium } from './chromium-suite.ts';

describeInChromium('a person in Chromium, without scripts of ours', chromium => {
  describeBroker('at the sign-in page', broker => {
    let context: BrowserContext;
    let page: Page;
    let complaints: string[];
    beforeEach(async () => {
      context = await chromium().newContext();
      page = await context.newPage();
      complaints = watch(page, broker());
    });
    afterEach(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });

    const submitHandle = async (handle: string): Promise<void> => {
      await page.goto(broker().url);
      await page.getByLabel('Your handle').fill(handle);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    const signInAtPds = async (): Promise<void> => {
      await page.waitForURL(url => url.origin === broker().network.pds);
      await page.fill('input[name=password]', accountOf(broker(), 'alice.test').password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };

    it("signs in through the PDS's own pages, and out again", async () => {
      await submitHandle('alice.test');
      await signInAtPds();
      await page.getByRole('button', { name: 'Authorize' }).click();
      await page.waitForURL(`${broker().url}/`);
      expect(await page.locator('[data-handle]').innerText()).toBe('alice.test');
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('You are signed in');
      const [cookie, ...others] = (await context.cookies(broker().url)).filter(
        ({ name }) => name === 'latchkey',
      );
      expect([cookie, others]).toEqual([
        expect.objectContaining({ httpOnly: true, sameSite: 'Lax', path: '/' }),
        [],
      ]);

      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await page.locator('[data-handle]').count()).toBe(0);
      expect((await context.cookies(broker().url)).map(({ name }) => name)).not.toContain('latchkey');
    });

    it('who is signed in looks at the permissions again, and decides anew', async () => {
      await submitHandle('alice.test');
      await signInAtPds();
      await page.getByRole('button', { name: 'Authorize' }).click();
      await page.waitForURL(`${broker().url}/`);
      const { did } = accountOf(broker(), 'alice.test');
      await page.goto(`${broker().url}/?identifier=${did}&prompt=consent`);
      await page.getByRole('button', { name: 'Look at the permissions' }).click();
      await signInAtPds();
      await page.getByRole('button', { name: 'Authorize' }).click();
      await page.waitForURL(`${broker().url}/`);
      expect(await page.locator('[data-handle]').innerText()).toBe('alice.test');
    });

    it('is told when there is no such account, and corrects what was typed', async () => {
      await submitHandle('nobody-here.test');
      expect(await page.getByRole('alert').innerText()).toMatch(/could not find that account/);
      const field = page.getByLabel('Your handle');
      expect([await field.inputValue(), await field.getAttribute('aria-invalid')]).toEqual([
        'nobody-here.test',
        'true',
      ]);
      await field.fill('alice.test');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(url => url.origin === broker().network.pds);
    });

    it('comes back with nothing changed after denying access', async () => {
      await submitHandle('alice.test');
      await signInAtPds();
      await page.getByRole('button', { name: 'Deny access' }).click();
      await page.waitForURL(url => url.origin === new URL(broker().url).origin);
      expect(await page.getByRole('alert').innerText()).toMatch(/did not give permission/);
      expect((await context.cookies(broker().url)).map(({ name }) => name)).not.toContain('latchkey');
    });
  });
});

/** Collects what goes wrong on pages of the broker: errors, refusals by the policy, failed requests. */
function watch(page: Page, { url }: TestBroker): string[] {
  const complaints: string[] = [];
  page.on('console', message => {
    if (message.location().url.startsWith(url)) complaints.push(message.text());
  });
  page.on('pageerror', error => {
    if (page.url().startsWith(url)) complaints.push(error.message);
  });
  page.on('response', response => {
    const isIcon = response.url().endsWith('/favicon.ico');
    if (response.url().startsWith(url) && response.status() >= 400 && !isIcon)
      complaints.push(response.url());
  });
  return complaints;
}
