import type { IncomingHttpHeaders } from 'node:http';
import { privateCacheControl } from './cache-rule.ts';

type Allowed = { readonly names: ReadonlySet<string>; readonly prefixes: readonly string[] };

/** The namespaces of the protocol and of Bluesky, both ways. */
const OF_THE_PROTOCOL = ['atproto-', 'x-atproto-', 'x-bsky-'];

const REQUEST_HEADERS: Allowed = {
  names: new Set(['accept', 'content-encoding', 'content-language', 'content-type', 'range']),
  prefixes: ['accept-', 'if-', ...OF_THE_PROTOCOL],
};

/** Of these, a call that goes to another server than the PDS carries only what concerns its content. */
const CONTENT_REQUEST_HEADERS: Allowed = {
  names: new Set(['accept', 'range']),
  prefixes: ['accept-', 'if-'],
};

const RESPONSE_HEADERS: Allowed = {
  names: new Set([
    'accept-ranges',
    'age',
    'content-disposition',
    'content-encoding',
    'content-language',
    'content-length',
    'content-range',
    'content-type',
    'deprecation',
    'etag',
    'expires',
    'last-modified',
    'retry-after',
    'sunset',
    'vary',
  ]),
  // `RateLimit` alone is a header of newer servers (draft-ietf-httpapi-ratelimit-headers).
  prefixes: ['ratelimit', ...OF_THE_PROTOCOL],
};

/** Returns the request headers that a PDS may see: no cookies, credentials or forwarding headers. */
export function toPdsHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(headers, REQUEST_HEADERS);
}

/** Returns those of a PDS's request headers that a server may see to which the PDS redirects. */
export function toContentHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return pick(headers, CONTENT_REQUEST_HEADERS);
}

/** Returns the response headers of a PDS that a caller may see, with the broker's own `Cache-Control`. */
export function toCallerHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const cacheControl = privateCacheControl(headers);
  const picked = pick(headers, RESPONSE_HEADERS);
  if (cacheControl === 'no-store') delete picked.expires;
  return { ...picked, 'cache-control': cacheControl };
}

function pick(headers: IncomingHttpHeaders, { names, prefixes }: Allowed): Record<string, string> {
  const picked: Record<string, string> = {};
  // Headers that Connection names are for this hop only (RFC 9110 section 7.6.1).
  const ofThisHop = headers.connection?.toLowerCase() ?? '';
  for (const name in headers) {
    if (!names.has(name) && !prefixes.some(prefix => name.startsWith(prefix))) continue;
    const value = headers[name];
    if (value === undefined || isNamedIn(ofThisHop, name)) continue;
    picked[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return picked;
}

function isNamedIn(list: string, name: string): boolean {
  return list.includes(name) && list.split(/[, ]+/).includes(name);
}
