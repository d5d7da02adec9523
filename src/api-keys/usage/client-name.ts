import { browserNameOf } from '../../ui-sessions/browser-name.ts';

/** Names are cut to this length. */
const LONGEST_NAME = 60;

/** No client has a longer User-Agent. Longer ones are not parsed. */
const LONGEST_USER_AGENT = 1_000;

/** The first product of a User-Agent, with its version (RFC 9110 section 10.1.5). */
const PRODUCT = /^[\w!#$%&'*+.^`|~-]+(?:\/[\w!#$%&'*+.^`|~-]+)?/;

const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * Returns the name of a program, such as `python-httpx/0.27.0` or `Firefox on Linux`. Null if its User-Agent has none.
 * Anyone can send any User-Agent: it proves nothing.
 */
export function clientNameOf(userAgent: string | undefined): string | null {
  if (userAgent === undefined || userAgent.length > LONGEST_USER_AGENT) return null;
  const name = userAgent.startsWith('Mozilla/') ? browserOn(userAgent) : PRODUCT.exec(userAgent)?.[0];
  if (name === undefined || !PRINTABLE.test(name)) return null;
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 3)}...` : name;
}

function browserOn(userAgent: string): string | undefined {
  const { browser, system } = browserNameOf(userAgent);
  if (browser === null) return undefined;
  return system === null ? browser : `${browser} on ${system}`;
}
