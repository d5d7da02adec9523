import type { Account } from './network-control.ts';
import { redirectTarget, unexpected, type UserAgent } from './user-agent.ts';

const apiPath = '/@atproto/oauth-provider/~api';

export type ConsentOptions = {
  /** `deny` presses "Deny access" at the consent. */
  decision?: 'approve' | 'deny';
  /** Ticks "Remember this account on this device". */
  remember?: boolean;
  /** The scope that stays ticked at the consent, by default the whole request. */
  scope?: string;
};

/**
 * Goes through the PDS's OAuth pages as a person would: signs in, decides, and returns the callback URL that
 * the browser is sent to. Throws with the PDS's own words when it refuses a step.
 *
 * No page is shown to a remembered account that has consented to a confidential client before.
 */
export async function authorizeAtPds(
  agent: UserAgent,
  authorizeUrl: URL,
  account: Account,
  options: ConsentOptions = {},
): Promise<URL> {
  const page = await agent.navigate(authorizeUrl, 'cross-site');
  if (page.status === 303) return redirectTarget(page, authorizeUrl);
  if (!page.ok) throw await unexpected(page, authorizeUrl.pathname);
  const next = new URL(await decide(agent, authorizeUrl, account, options));
  const leaving = await agent.navigate(next, 'same-origin', { headers: { referer: authorizeUrl.href } });
  return redirectTarget(leaving, next);
}

async function decide(
  agent: UserAgent,
  page: URL,
  account: Account,
  options: ConsentOptions,
): Promise<string> {
  const { decision = 'approve', remember = false, scope } = options;
  const credentials = { locale: 'en', username: account.handle, password: account.password, remember };
  const { ephemeralToken } = await callApi(agent, page, 'sign-in', credentials);
  const { url = '' } =
    decision === 'deny'
      ? await callApi(agent, page, 'reject', {})
      : await callApi(agent, page, 'consent', { did: account.did, scope }, ephemeralToken);
  return url;
}

/** Calls the API that the pages' own scripts use, from `page`. */
async function callApi(
  agent: UserAgent,
  page: URL,
  endpoint: 'sign-in' | 'consent' | 'reject',
  input: object,
  token?: string,
): Promise<{ ephemeralToken?: string; url?: string }> {
  const url = new URL(`${apiPath}/${endpoint}`, page);
  const answer = await agent.request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-csrf-token': agent.cookies.get(page.host, 'csrf-token'),
      authorization: token && `Bearer ${token}`,
      origin: page.origin,
      referer: page.href,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'same-origin',
      'sec-fetch-dest': 'empty',
    },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw await unexpected(answer, url.pathname);
  return (await answer.json()) as { ephemeralToken?: string; url?: string };
}
