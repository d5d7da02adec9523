import type { BrowserClient } from '../network/browser-client.ts';
import type { ConsentOptions } from '../network/pds-pages.ts';
import type { Account } from '../network/network-control.ts';
import { unexpected } from '../network/user-agent.ts';

export const OWN_REQUEST_COOKIE = 'latchkey-key-request';

/** A key that its owner has requested in a browser: the id of its request, and where they authorize it. */
export type AskedOneself = { readonly id: string; readonly atPds: URL };

/** Submits the form of a new key. */
export async function askOneself(
  browser: BrowserClient,
  fields: Record<string, string> = {},
): Promise<AskedOneself> {
  const form = { name: 'My bot', ends: '30', 'permission-1': 'yes', ...fields };
  const answer = await browser.submit('/account/keys', form);
  const atPds = URL.parse(answer.headers.get('location') ?? '');
  const [id] = browser.cookie(OWN_REQUEST_COOKIE)?.split('.') ?? [];
  if (answer.status !== 303 || !atPds || id === undefined) throw await unexpected(answer, '/account/keys');
  return { id, atPds };
}

/** Requests and authorizes a key, up to the page that shows it. Returns the address of that page. */
export async function readyKey(
  browser: BrowserClient,
  account: Account,
  fields: Record<string, string> = {},
  options?: ConsentOptions,
): Promise<string> {
  const { atPds } = await askOneself(browser, fields);
  const answer = await browser.openCallback(await browser.authorize(atPds, account, options));
  return answer.headers.get('location') ?? '';
}

/** Requests, authorizes and sees a key. Returns its secret. */
export async function makeKey(browser: BrowserClient, account: Account): Promise<string> {
  return (await secretOf(await browser.open(await readyKey(browser, account)))) ?? '';
}

/** Returns the secret that a page shows. */
export async function secretOf(page: Response): Promise<string | undefined> {
  return /\bckapi_[0-9a-f]{64}\b/.exec(await page.clone().text())?.[0];
}
