import type { IncomingHttpHeaders } from 'node:http';

const ofThisHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'te', 'upgrade']);

/** The headers of a message that are not for this hop only (RFC 9110 section 7.6.1); a proxy passes these on. */
export function endToEnd(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !ofThisHop.has(name)) passed[name] = value;
  }
  return passed;
}
