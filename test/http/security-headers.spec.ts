import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker } from '../broker/test-broker.ts';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { exchange } from '../network/http-exchange.ts';
import { parseRaw, sendRaw } from './raw-request.ts';

const closed = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** Scripts come only from the assets and call one address, so no response of a PDS is either. */
const pageAt = (url: string): string =>
  "default-src 'none'; style-src 'self'; img-src 'self'; " +
  `script-src ${url}/assets/; connect-src ${url}/lookup; base-uri 'none'; frame-ancestors 'none'; ` +
  "require-trusted-types-for 'script'; trusted-types 'none'";
const page = 'that of a page';

describeBroker(
  'the security headers',
  broker => {
    let pds: ScriptedServer;
    let proxied: Record<string, string>;
    beforeAll(async () => {
      pds = await startServer((_request, response) => {
        response.setHeader('content-security-policy', "default-src 'unsafe-inline'");
        response.setHeader('cross-origin-resource-policy', 'cross-origin');
        response.setHeader('content-type', 'text/html');
        response.end('<script>alert(1)</script>');
      });
      const cookie = await storeCookie(broker(), await storeSession(broker(), pds.origin));
      proxied = { cookie: `latchkey=${cookie}`, 'x-latchkey-csrf': '1' };
    });
    afterAll(() => pds.stop());

    it.each([
      ['a page', 'GET', '/', {}, 200, page],
      ['a stylesheet', 'GET', '/assets/latchkey.css', {}, 200, closed],
      ['data', 'GET', '/livez', {}, 200, closed],
      ['a redirect', 'GET', '/oauth/login', {}, 303, closed],
      ['a refusal', 'GET', '/api/me', {}, 401, closed],
      ['a path that leads nowhere', 'GET', '/nothing-here', {}, 404, closed],
      ['a wrong method', 'DELETE', '/api/me', {}, 405, closed],
      ['a malformed path', 'GET', '/%ff', {}, 400, closed],
      ['a path that is too long', 'GET', `/xrpc/${'a'.repeat(600)}`, {}, 400, closed],
      ['a foreign host', 'GET', '/', { host: 'evil.example' }, 421, closed],
      ['an unreadable body', 'POST', '/oauth/login', { 'content-type': 'image/png' }, 415, closed],
    ])('are on %s', async (_name, method, path, headers, status, policy) => {
      const body = method === 'POST' ? 'x' : undefined;
      const request = { method, headers: headers as Record<string, string>, ...(body && { body }) };
      const answer = await exchange(new URL(broker().url + path), request);
      expect(answer.status).toBe(status);
      if (policy === page) expectSecurityHeaders(answer.headers, pageAt(broker().url), 'same-origin');
      else expectSecurityHeaders(answer.headers, policy);
    });

    it('are on a response of a PDS, whatever policy it has', async () => {
      const answer = await exchange(new URL('/xrpc/com.example.page', broker().url), { headers: proxied });
      expect([answer.status, await answer.text()]).toEqual([200, '<script>alert(1)</script>']);
      expectSecurityHeaders(answer.headers, closed);
    });

    it('are on the response to invalid HTTP', async () => {
      const answer = parseRaw(await sendRaw(broker().url, 'nonsense\r\n\r\n'));
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        400,
        { error: 'InvalidRequest', message: 'This is not an HTTP request.' },
      ]);
      expectSecurityHeaders(answer.headers, closed);
    });
  },
  { anyDatabase: true },
);

function expectSecurityHeaders(headers: Headers, policy: string, referrer = 'no-referrer'): void {
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-security-policy': policy,
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': referrer,
    'x-content-type-options': 'nosniff',
  });
}
