import type { Page } from 'playwright-core';
import type { TestBroker } from '../broker/test-broker.ts';
import type { Account } from '../network/network-control.ts';

/** Signs in on the PDS's own pages, up to its consent question. */
export async function signInAtPds(page: Page, { network }: TestBroker, account: Account): Promise<void> {
  await page.waitForURL(url => url.origin === network.pds);
  await page.fill('input[name=password]', account.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Signs in and consents on the PDS's own pages, and waits for a page of the broker. */
export async function authorizeAtPds(page: Page, broker: TestBroker, account: Account): Promise<void> {
  await signInAtPds(page, broker, account);
  await page.getByRole('button', { name: 'Authorize' }).click();
  await page.waitForURL(url => url.origin === new URL(broker.url).origin);
}

/** The same, by keyboard. */
export async function authorizeByKeyboard(page: Page, broker: TestBroker, account: Account): Promise<void> {
  await sayYesByKeyboard(page, broker, account);
  await page.waitForURL(url => url.origin === new URL(broker.url).origin);
}

/** Signs in and consents on the PDS's own pages by keyboard, wherever that leads. */
export async function sayYesByKeyboard(page: Page, { network }: TestBroker, account: Account): Promise<void> {
  await page.waitForURL(url => url.origin === network.pds);
  await tabTo(page, 'input[name=password]');
  await page.keyboard.type(account.password);
  await page.keyboard.press('Enter');
  await tabTo(page, 'button:has-text("Authorize")');
  await page.keyboard.press('Enter');
}

/** Waits for an element, and presses Tab until it has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  const wanted = page.locator(selector);
  await wanted.waitFor();
  for (let step = 0; step < 30; step++) {
    if (await wanted.evaluate(element => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no key leads to ${selector}`);
}
