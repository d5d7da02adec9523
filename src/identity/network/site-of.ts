import { isIP } from 'node:net';
import { getDomain } from 'tldts';

/**
 * Returns the site of a host: its registrable domain, or the host itself if it is an address or has none.
 *
 * The owner of a domain can make any number of names below it, so limits apply to the site. Only the registries' part of
 * the public-suffix list counts: a provider that gives names away, such as `workers.dev`, is one site.
 *
 * @param host as in a URL: IPv6 in brackets
 */
export function siteOf(host: string): string {
  const name = host.replace(/^\[|\]$/g, '');
  if (isIP(name) !== 0) return name;
  return getDomain(name, { allowPrivateDomains: false }) ?? name;
}
