import type { Page } from 'playwright-core';
import type { TestBroker } from '../broker/test-broker.ts';
import type { Account } from '../network/network-control.ts';

/** Signs in on the PDS's own pages, up to its question whether the broker may. */
export async function signInAtPds(page: Page, { network }: TestBroker, account: Account): Promise<void> {
  await page.waitForURL(url => url.origin === network.pds);
  await page.fill('input[name=password]', account.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Signs in on the PDS's own pages and says yes, and waits for a page of the broker. */
export async function authorizeAtPds(page: Page, broker: TestBroker, account: Account): Promise<void> {
  await signInAtPds(page, broker, account);
  await page.getByRole('button', { name: 'Authorize' }).click();
  await page.waitForURL(url => url.origin === new URL(broker.url).origin);
}
