import type { IncomingHttpHeaders } from 'node:http';

const REQUEST_HEADERS = [
  /^accept(-.+)?$/,
  /^content-(type|encoding|language)$/,
  /^atproto-(proxy|accept-labelers)$/,
  /^if-/,
  /^range$/,
];

const RESPONSE_HEADERS = [
  /^content-(type|encoding|language|length|range|disposition)$/,
  /^(accept-ranges|cache-control|etag|last-modified|retry-after|vary)$/,
  /^ratelimit-/,
  /^atproto-/,
];

/** Returns the headers of a caller that a PDS may see. Cookies, credentials and forwarding headers are not. */
export function toPdsHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(headers, REQUEST_HEADERS);
}

/** Returns the headers of a PDS that a caller may see. */
export function toCallerHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(headers, RESPONSE_HEADERS);
}

function pick(headers: IncomingHttpHeaders, allowed: readonly RegExp[]): Record<string, string> {
  const picked: Record<string, string> = {};
  // What Connection names is for this hop only (RFC 9110 section 7.6.1).
  const ofThisHop = headers.connection?.toLowerCase().split(/[, ]+/) ?? [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || ofThisHop.includes(name)) continue;
    if (allowed.some(form => form.test(name))) picked[name] = value.toString();
  }
  return picked;
}
