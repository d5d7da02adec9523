import { type TestBroker } from '../broker/test-broker.ts';
import { approveKey } from '../network/key-asker.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { Account } from '../network/network-control.ts';
import { unexpected } from '../network/user-agent.ts';

/** A key that its owner has requested and authorized in one browser, ready to be shown. */
export type ReadyKey = { readonly id: string; readonly code: string };

/** Submits the form of a new key. Returns the id of its request. */
export async function askOneself(
  browser: BrowserClient,
  fields: Record<string, string> = {},
): Promise<string> {
  const form = { name: 'My bot', ends: '30', 'permission-1': 'yes', ...fields };
  const answer = await browser.submit('/account/keys', form);
  const id = /^\/connect\/([0-9a-f-]{36})$/.exec(answer.headers.get('location') ?? '')?.[1];
  if (answer.status !== 303 || id === undefined) throw await unexpected(answer, '/account/keys');
  return id;
}

/** Requests and authorizes a key, up to the button that shows it. */
export async function readyKey(
  broker: TestBroker,
  browser: BrowserClient,
  account: Account,
  fields: Record<string, string> = {},
): Promise<ReadyKey> {
  const id = await askOneself(browser, fields);
  const callback = await browser.authorize(await approveKey(browser, { id }), account);
  const page = await (await browser.openCallback(callback)).text();
  const code = /name="code" value="([^"]+)"/.exec(page)?.[1];
  if (code === undefined) throw new Error(`the page at ${broker.url} has no code to go on with: ${page}`);
  return { id, code };
}

/** Presses the button that shows the key. */
export function showKey(browser: BrowserClient, { id, code }: ReadyKey): Promise<Response> {
  return browser.submit(`/account/key-requests/${id}/claim`, { code });
}

/** Returns the secret that a page shows. */
export async function secretOf(page: Response): Promise<string | undefined> {
  return /\bckapi_[0-9a-f]{64}\b/.exec(await page.clone().text())?.[0];
}
