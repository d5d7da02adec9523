import type { Fetch } from '../../identity/outbound/guarded-fetch.ts';
import { isOfTokenEndpoint } from './refresh-outcome.ts';

/**
 * Finds out whether a token endpoint is reached at its URL, by a request that carries no token. An endpoint refuses it
 * with a DPoP nonce or in OAuth's own words; a misconfigured proxy does neither.
 *
 * @param fetch has a time limit
 */
export async function isTokenEndpoint(fetch: Fetch, url: URL): Promise<boolean> {
  try {
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams() });
    return isOfTokenEndpoint(await response.text(), Object.fromEntries(response.headers));
  } catch {
    return false; // No response proves nothing.
  }
}
