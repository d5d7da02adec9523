import ipaddr from 'ipaddr.js';
import { isLoopbackAddress } from './listen-address.ts';
import { text } from './text-settings.ts';

/**
 * The broker's own origin: https on a public name, or http on 127.0.0.1 or [::1].
 *
 * A PDS fetches the client metadata from an https origin, so the names it refuses are refused here. OAuth
 * allows plain http for loopback IP literals only (RFC 8252, section 8.3).
 */
export const publicUrl = text.transform((value, context): URL => {
  const url = URL.parse(value) ?? new URL('invalid:');
  const problems = isHttp(url)
    ? [credentialProblem(url), partProblem(value), pathProblem(url), hostProblem(url)]
    : ['must be an https URL, or http://127.0.0.1:<port> on one machine'];
  for (const problem of problems) if (problem !== undefined) context.addIssue(problem);
  return url;
});

function isHttp({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

function credentialProblem({ username, password }: URL): string | undefined {
  return username + password === '' ? undefined : 'must not contain a user name or password; remove them';
}

function partProblem(value: string): string | undefined {
  return /[?#]/.test(value) ? 'must not contain a query or a fragment; remove it' : undefined;
}

function pathProblem({ pathname }: URL): string | undefined {
  return pathname === '/' ? undefined : `must not contain a path; put ${pathname} into LATCHKEY_BASE_PATH`;
}

function hostProblem({ protocol, hostname }: URL): string | undefined {
  if (protocol === 'http:') return httpHostProblem(hostname);
  const remedy = 'give the broker a public host name';
  if (hostname.startsWith('[') || ipaddr.isValid(hostname)) {
    return `must not use an IP address with https, since no PDS accepts it as a client; ${remedy}`;
  }
  if (isRefusedName(hostname)) return `uses a host that no PDS accepts as a client (${hostname}); ${remedy}`;
  return undefined;
}

function httpHostProblem(hostname: string): string | undefined {
  if (hostname === '127.0.0.1' || hostname === '[::1]') return undefined;
  if (isLoopbackAddress(hostname) || /(?:^|\.)localhost$/.test(hostname)) {
    return `must not use ${hostname}: OAuth accepts only loopback IP literals here; use 127.0.0.1`;
  }
  return 'must use https: plain http is for 127.0.0.1 and [::1] only';
}

const refusedTopLevels = ['test', 'local', 'localhost', 'example', 'invalid', ''];
const refusedDomains = ['example.com', 'example.org', 'example.net', 'googleusercontent.com'];

function isRefusedName(hostname: string): boolean {
  const labels = hostname.split('.');
  const domain = labels.slice(-2).join('.');
  return (
    labels.length < 2 || refusedTopLevels.includes(labels.at(-1) ?? '') || refusedDomains.includes(domain)
  );
}
