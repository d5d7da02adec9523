import type { Did } from '../../src/database/tables/did.ts';
import type { BrowserClient } from './browser-client.ts';
import { exchange } from './http-exchange.ts';
import type { Account } from './network-control.ts';
import type { ConsentOptions } from './pds-pages.ts';
import { redirectTarget, unexpected } from './user-agent.ts';

export type KeyAskInput = {
  identifier: string;
  name?: string;
  scope?: string;
  expiresInDays?: number;
  loopback?: string;
};

/** A created key request. */
export type AskedKey = { id: string; authorizeUrl: string; tempToken: string; expiresAt: string };

/** A claimed key. */
export type ClaimedKey = {
  id: string;
  secret: string;
  start: string;
  did: Did;
  name: string;
  scope: string;
  expiresAt: string | null;
  needsOwnerBy: string;
};

/** A bot that requests a key. It knows only the broker's address. */
export class KeyAsker {
  readonly #broker: string;

  constructor(broker: string) {
    this.#broker = broker;
  }

  async tryAsk(input: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Response> {
    return exchange(new URL('/api/key-requests', this.#broker), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(input),
    });
  }

  async ask({
    name = 'a bot',
    scope = 'atproto transition:generic',
    ...more
  }: KeyAskInput): Promise<AskedKey> {
    const answer = await this.tryAsk({ name, scope, ...more });
    if (answer.status !== 201) throw await unexpected(answer, 'POST /api/key-requests');
    return (await answer.json()) as AskedKey;
  }

  poll({ id, tempToken }: Pick<AskedKey, 'id' | 'tempToken'>): Promise<Response> {
    const headers = { authorization: `Bearer ${tempToken}` };
    return exchange(new URL(`/api/key-requests/${id}`, this.#broker), { headers });
  }

  /** @param name the Idempotency-Key */
  tryClaim(
    { id, tempToken }: Pick<AskedKey, 'id' | 'tempToken'>,
    code: string,
    name?: string,
  ): Promise<Response> {
    return exchange(new URL(`/api/key-requests/${id}/claim`, this.#broker), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tempToken}`,
        'content-type': 'application/json',
        ...(name !== undefined && { 'idempotency-key': name }),
      },
      body: JSON.stringify({ code }),
    });
  }

  async claim(asked: Pick<AskedKey, 'id' | 'tempToken'>, code: string): Promise<ClaimedKey> {
    const answer = await this.tryClaim(asked, code);
    if (answer.status !== 200) throw await unexpected(answer, 'claim');
    return (await answer.json()) as ClaimedKey;
  }
}

/** Opens the link and approves. Returns the URL of the PDS's authorization page. */
export async function approveKey(browser: BrowserClient, { id }: Pick<AskedKey, 'id'>): Promise<URL> {
  const path = `/connect/${id}`;
  const page = await browser.open(path);
  if (page.status !== 200) throw await unexpected(page, path);
  const answer = await browser.submit(`${path}/approve`, {});
  return redirectTarget(answer, new URL(path, browser.broker));
}

/** Approves and authorizes as an account. Returns the page of the claim code, or any other response of the callback. */
export async function authorizeKey(
  browser: BrowserClient,
  asked: Pick<AskedKey, 'id'>,
  account: Account,
  options?: ConsentOptions,
): Promise<Response> {
  const callback = await browser.authorize(await approveKey(browser, asked), account, options);
  return openCodePage(browser, await browser.openCallback(callback));
}

/** Opens the page of the claim code that a callback leads to. Returns the callback's response if it leads elsewhere. */
export async function openCodePage(browser: BrowserClient, answer: Response): Promise<Response> {
  const location = answer.headers.get('location') ?? '';
  return /\/connect\/[^/?]+\/code$/.test(location) ? browser.open(location, 'cross-site') : answer;
}

/** Returns the code that a page shows. */
export async function claimCodeOf(page: Response): Promise<string> {
  const text = await page.clone().text();
  const code = /<strong[^>]*data-claim-code[^>]*>\s*([^<\s]+)\s*</.exec(text)?.[1];
  if (page.status !== 200 || code === undefined) throw await unexpected(page, 'the page with the claim code');
  return code;
}

/** Gets a key in all steps: requests, approves and authorizes it in the owner's browser, and claims it. */
export async function obtainKey(
  browser: BrowserClient,
  account: Account,
  input: Partial<KeyAskInput> = {},
): Promise<ClaimedKey> {
  const asker = new KeyAsker(browser.broker.href);
  const asked = await asker.ask({ identifier: account.handle, ...input });
  return asker.claim(asked, await claimCodeOf(await authorizeKey(browser, asked, account)));
}
