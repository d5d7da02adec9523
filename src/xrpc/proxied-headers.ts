import type { IncomingHttpHeaders } from 'node:http';

type Allowed = { readonly names: ReadonlySet<string>; readonly prefixes: readonly string[] };

const REQUEST_HEADERS: Allowed = {
  names: new Set([
    'accept',
    'atproto-accept-labelers',
    'atproto-proxy',
    'content-encoding',
    'content-language',
    'content-type',
    'range',
  ]),
  prefixes: ['accept-', 'if-'],
};

const RESPONSE_HEADERS: Allowed = {
  names: new Set([
    'accept-ranges',
    'cache-control',
    'content-disposition',
    'content-encoding',
    'content-language',
    'content-length',
    'content-range',
    'content-type',
    'etag',
    'last-modified',
    'retry-after',
    'vary',
  ]),
  prefixes: ['atproto-', 'ratelimit-'],
};

/** Returns the request headers that a PDS may see: no cookies, credentials or forwarding headers. */
export function toPdsHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(headers, REQUEST_HEADERS);
}

/** Returns the response headers of a PDS that a caller may see. */
export function toCallerHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(headers, RESPONSE_HEADERS);
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
