import { expect, it } from '@jest/globals';
import { describeBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { parseRaw, rawRequest, sendRaw } from './raw-request.ts';

const nothingHere = { error: 'NotFound', message: 'Nothing exists at this address.' };

describeBroker(
  'an address',
  broker => {
    const ask = (method: string, path: string) => exchange(new URL(broker().url + path), { method });
    const send = async (requestLine: string, ...lines: string[]) =>
      parseRaw(await sendRaw(broker().url, rawRequest(requestLine, broker().url, ...lines)));

    it.each([
      '/nothing-here',
      '/api',
      '/api/me/',
      '/API/me',
      '//api/me',
      '/api//me',
      '/api/me;x',
      '/xrpc',
      '/xrpc/',
    ])('%s has no route', async path => {
      const answer = await ask('GET', path);
      expect([answer.status, await answer.json()]).toEqual([404, nothingHere]);
    });

    it('without a route shows a person a page, under the broker’s policies', async () => {
      const headers = { accept: 'text/html,application/xhtml+xml' };
      const answer = await exchange(new URL(`${broker().url}/account/nothing-here`), { headers });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await answer.text()).toContain('There is no page here');
    });

    it.each(['/%zz', '/%', '/%ff', '/account/%E0%A4%A', '/%zz?a=b', `/account/keys/${'a'.repeat(600)}`])(
      'that is malformed shows a person a page, and a program an error: %s',
      async path => {
        const accept = 'text/html,application/xhtml+xml';
        const page = await send(`GET ${path}`, `Accept: ${accept}`);
        expect([page.status, page.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
        expect(page.headers.get('content-security-policy')).toContain("style-src 'self'");
        expect(page.headers.get('cache-control')).toBe('no-store');
        expect(page.body).toContain('There is no page here');
        const error = await send(`GET ${path}`);
        expect([error.status, JSON.parse(error.body)]).toMatchObject([400, { error: 'InvalidRequest' }]);
      },
    );

    it.each([
      ['PUT', '/', {}, 405, 'That doesn’t work here'],
      ['GET', '/oauth/logout', {}, 405, 'That doesn’t work here'],
      ['GET', '/', { host: 'evil.example' }, 421, 'This is another address'],
      ['POST', '/api/key-requests', { 'content-type': 'text/x-unknown' }, 415, 'That doesn’t work here'],
    ])(
      'shows a person a page, and a program an error: %s %s with %j',
      async (method, path, head, status, title) => {
        const to = new URL(broker().url + path);
        const body = 'content-type' in head ? { body: 'x' } : {};
        const options = { method, ...body };
        const page = await exchange(to, { ...options, headers: { ...head, accept: 'text/html' } });
        expect([page.status, page.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
        expect(await page.text()).toContain(`<h1>${title}</h1>`);
        expect(page.headers.get('cache-control')).toBe('no-store');
        expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
        const error = await exchange(to, { ...options, headers: head });
        expect([error.status, await error.json()]).toEqual([
          status,
          expect.objectContaining({ message: expect.any(String) }),
        ]);
        expect(error.headers.get('allow')).toBe(page.headers.get('allow'));
      },
    );

    it('is found at the places that every site has', async () => {
      const robots = await ask('GET', '/robots.txt');
      expect([robots.status, await robots.text()]).toEqual([200, 'User-agent: *\nDisallow: /\n']);
      const icon = await ask('GET', '/favicon.ico');
      expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    });

    it.each(['/xrpc/%zz', '/native/%zz'])('of a program has no page, even for a person: %s', async path => {
      const answer = await send(`GET ${path}`, 'Accept: text/html');
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        400,
        'application/json; charset=utf-8',
      ]);
    });

    it.each([
      ['PUT', '/', 'GET, HEAD'],
      ['POST', '/livez', 'GET, HEAD'],
      ['DELETE', '/oauth/login', 'GET, HEAD, POST'],
      ['GET', '/oauth/logout', 'POST'],
      ['PATCH', '/xrpc/com.example.anything?a=b', 'GET, HEAD, POST'],
      ['OPTIONS', '/api/me', 'GET, HEAD'],
    ])('refuses %s %s, and names the methods that it accepts', async (method, path, allow) => {
      const answer = await ask(method, path);
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
      expect(await answer.json()).toEqual({
        error: 'MethodNotAllowed',
        message: `This route accepts ${allow}.`,
      });
    });

    it.each(['/', '/livez', '/api/openapi.json', '/assets/latchkey.css'])(
      'answers HEAD %s as GET, without the content',
      async path => {
        const [got, head] = [await ask('GET', path), await ask('HEAD', path)];
        const of = ({ status, headers }: Response) => [
          status,
          headers.get('content-type'),
          headers.get('content-length'),
        ];
        expect(of(head)).toEqual(of(got));
        expect(await head.text()).toBe('');
      },
    );

    it.each(['/oauth/login?identifier=alice.test', '/oauth/callback?state=x&code=y'])(
      'only shows the page for HEAD %s',
      async path => {
        const answer = await ask('HEAD', path);
        expect([answer.status, answer.headers.getSetCookie()]).toEqual([303, []]);
        expect(answer.headers.get('location')).toMatch(/^\/(\?identifier=alice\.test)?$/);
      },
    );

    it.each(['/%', '/%ff', '/%zz', '/xrpc/%ff', '/xrpc/%'])('%s is malformed', async path => {
      const answer = await send(`GET ${path}`);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        400,
        { error: 'InvalidRequest', message: 'The request is malformed.' },
      ]);
      expect(answer.headers.get('latchkey-error')).toBe(path.startsWith('/xrpc/') ? 'InvalidRequest' : null);
    });

    it.each([
      ['dot segments', 'GET /xrpc/../livez', 404],
      ['a whole URL of our own', () => `GET ${broker().url}/livez`, 200],
      ['a whole URL of our own, with a method it has not', () => `PUT ${broker().url}/livez`, 404],
      ['an asterisk', 'OPTIONS *', 404],
      ['a fragment', 'GET /livez#/api/me', 200],
      ['an unknown method', 'STEAL /', 400],
    ])('may be written with %s', async (_name, requestLine, status) => {
      const line = typeof requestLine === 'string' ? requestLine : requestLine();
      expect((await send(line)).status).toBe(status);
    });

    it.each([
      ['a header with a line break in it', 'X-Long: a\rInjected: b'],
      ['a header with a zero byte', 'X-Zero: a\0b'],
      ['a header without a name', ': nothing'],
      ['headers too large', `X-Large: ${'a'.repeat(32 * 1024)}`],
      ['two lengths', 'Content-Length: 1\r\nContent-Length: 2'],
      ['two framings', 'Content-Length: 4\r\nTransfer-Encoding: chunked'],
    ])('is refused with %s, in the shape of every error', async (_name, line) => {
      const answer = await send('POST /oauth/login', line);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        400,
        { error: 'InvalidRequest', message: 'This is not an HTTP request.' },
      ]);
    });

    it('never lets a caller write a header of the response', async () => {
      const path = '/oauth/login?identifier=x%0d%0aSet-Cookie:%20a=b&return_to=%0d%0aX-Evil:%201';
      const answer = await exchange(new URL(broker().url + path), {
        headers: { 'sec-fetch-site': 'cross-site' },
      });
      expect([answer.status, answer.headers.has('x-evil'), answer.headers.getSetCookie()]).toEqual([
        303,
        false,
        [],
      ]);
      expect(answer.headers.get('location')).toMatch(/^\/\?identifier=x%0D%0ASet-Cookie/);
    });
  },
  { anyDatabase: true },
);
