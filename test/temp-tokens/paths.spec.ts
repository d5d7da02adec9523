import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TempTokens } from '../../src/temp-tokens/temp-tokens.service.ts';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { parseRaw, rawRequest, sendRaw } from '../http/raw-request.ts';
import { served, ThingsModule } from './things.ts';

const opaque = { error: 'InvalidToken', message: 'The credential is unknown, expired or revoked.' };

for (const basePath of ['', '/base']) {
  const settings: Record<string, string> = basePath === '' ? {} : { LATCHKEY_BASE_PATH: basePath };
  describeBroker(
    `a temp token below ${basePath || '/'}`,
    broker => {
      suite(broker, basePath);
    },
    { anyDatabase: true, modules: [ThingsModule], settings },
  );
}

function suite(broker: () => TestBroker, basePath: string): void {
  let token = '';
  const own = `${basePath}/things/thing-1`;

  beforeAll(async () => {
    const minting = { scope: 'read-thing', resource: 'thing-1', ttlSeconds: 600 };
    ({ token } = await broker().app.get(TempTokens, { strict: false }).mint(minting));
  });
  beforeEach(() => void served.splice(0));

  /** Sends a request line unchanged but for `{base}`, the base path, and `{host}`, the broker's host. */
  const send = async (line: string, ...headers: string[]): Promise<{ status: number; body: string }> => {
    const { host } = new URL(broker().url);
    const requestLine = line.replaceAll('{base}', basePath).replaceAll('{host}', host);
    const authorized = [`Authorization: Bearer ${token}`, ...headers];
    return parseRaw(await sendRaw(broker().url, rawRequest(requestLine, broker().url, ...authorized)));
  };

  it.each([
    'GET {base}/things/thing-1',
    'GET {base}/things/thing-1?',
    'GET {base}/things/thing-1?thing=thing-2&path=/things/thing-2',
    'GET {base}/things/thing-1?../thing-2',
    'GET {base}/things/thing-1?a=%2F..%2Fthing-2',
  ])('opens %s', async line => {
    expect((await send(line)).status).toBe(200);
    expect(served).toMatchObject([{ handler: 'read', thing: 'thing-1' }]);
  });

  const elsewhere: readonly (readonly [string, number])[] = [
    ['GET {base}/things/thing-2', 401],
    ['GET {base}/things/thing-11', 401],
    ['GET {base}/things/thing-', 401],
    ['GET {base}/things/THING-1', 401],
    ['GET {base}/things/%74hing-1', 401],
    ['GET {base}/things/thing%2D1', 401],
    ['GET {base}/things/thing%2d1', 401],
    ['GET {base}/things/thing-2%2F..%2Fthing-1', 401],
    ['GET {base}/things/thing-2%2f..%2fthing-1', 401],
    ['GET {base}/things/thing-2%5c..%5cthing-1', 401],
    ['GET {base}/things/..%2fthings%2fthing-1', 401],
    ['GET {base}/things/thing-1%2F', 401],
    ['GET {base}/things/thing-1%252F', 401],
    ['GET {base}/things/%2574hing-1', 401],
    ['GET {base}/things/thing-1%00', 401],
    ['GET {base}/things/thing-1%3F', 401],
    ['GET {base}/things/thing-1%23', 401],
    ['GET {base}/things/thing-1;a=b', 401],
    ['GET {base}/things/thing-1;', 401],
    ['GET {base}/things/thing-1.', 401],
    ['GET {base}/things/thing-1\\', 401],
    ['GET {base}/things/thing-2\\..\\thing-1', 401],
    ['GET {base}/things/thing-1#thing-2', 401],
    ['GET {base}/things/..', 401],
    ['GET {base}/things/%2e%2e', 401],
    ['GET {base}/things/:thing', 401],
    ['GET {base}/things/*', 401],
    ['GET {base}/things/all', 401],
    ['GET {base}/things/thing-1/parts/1', 401],
    ['GET {base}/things/thing-1/parts/..', 401],
    ['POST {base}/things/thing-1/claim', 401],
    ['POST {base}/things/thing-2/finish', 401],
    ['DELETE {base}/things/thing-1', 401],
    ['HEAD {base}/things/thing-1', 401],
    ['GET {base}/api/me', 401],
    ['GET {base}/api/sessions', 401],
    ['GET {base}/api/temp-tokens/scopes', 401],
    ['DELETE {base}/api/temp-tokens?scope=read-thing&resource=thing-1', 401],
    ['POST {base}/api/temp-tokens', 401],
    ['GET {base}/xrpc/com.example.any', 401],
    ['GET {base}/oauth/login', 401],
    ['GET http://{host}{base}/things/thing-1', 401],
    ['GET http://{host}{base}/things/thing-2', 401],
    ['GET HTTP://{host}{base}/things/thing-1', 401],
    ['GET http://evil.example{base}/things/thing-1', 421],
    ['GET {base}/things/thing-1/', 404],
    ['GET {base}/things/thing-1//', 404],
    ['GET {base}//things/thing-1', 404],
    ['GET {base}/things//thing-1', 404],
    ['GET {base}/things/thing-1/.', 404],
    ['GET {base}/things/./thing-1', 404],
    ['GET {base}/things/thing-2/../thing-1', 404],
    ['GET {base}/things/thing-2/%2e%2e/thing-1', 404],
    ['GET {base}/./things/thing-1', 404],
    ['GET {base}/other/../things/thing-1', 404],
    ['GET {base}/THINGS/thing-1', 404],
    ['GET {base}/things%2Fthing-1', 404],
    ['GET {base}/things%5cthing-1', 404],
    ['GET {base}/things;a=b/thing-1', 404],
    ['GET {base}/things/', 404],
    ['PUT {base}/things/thing-1', 405],
    ['PATCH {base}/things/thing-1', 405],
    ['OPTIONS {base}/things/thing-1', 405],
    ['get {base}/things/thing-1', 400],
    ['GET {base}/things/thing-1%', 400],
    ['GET {base}/things/thing-1%c0%af', 400],
  ];
  it.each(elsewhere)('opens no route at %s: %i', async (line, status) => {
    const answer = await send(line);
    expect(answer.status).toBe(status);
    if (status === 401 && !line.startsWith('HEAD')) expect(JSON.parse(answer.body)).toEqual(opaque);
    expect(served).toEqual([]);
  });

  describe.each([
    'X-HTTP-Method-Override: DELETE',
    'X-HTTP-Method: DELETE',
    'X-Method-Override: DELETE',
    'X-Original-URL: /things/thing-2',
    'X-Rewrite-URL: /things/thing-2',
    'X-Forwarded-Uri: /things/thing-2',
    'X-Forwarded-Prefix: /things/thing-2',
    'X-Forwarded-Path: /things/thing-2',
  ])('with %s', header => {
    it('opens the same routes, and no more', async () => {
      expect((await send(`GET ${own}`, header)).status).toBe(200);
      expect(served).toMatchObject([{ handler: 'read', thing: 'thing-1' }]);
      const away = header.replace('thing-2', 'thing-1').replace('DELETE', 'GET');
      expect((await send('GET {base}/things/thing-2', away)).status).toBe(401);
      expect((await send('DELETE {base}/things/thing-1', away)).status).toBe(401);
      expect(served).toHaveLength(1);
    });
  });

  it('opens no other route, even if the path of its resource leads there', async () => {
    const { token: ofAll } = await broker()
      .app.get(TempTokens, { strict: false })
      .mint({ scope: 'read-thing', resource: 'all', ttlSeconds: 600 });
    const line = rawRequest(`GET ${basePath}/things/all`, broker().url, `Authorization: Bearer ${ofAll}`);
    expect(parseRaw(await sendRaw(broker().url, line)).status).toBe(401);
    expect(served).toEqual([]);
  });

  it('opens exactly one of all possible paths', async () => {
    const asked = fc.tuple(fc.constantFrom('GET', 'GET', 'GET', 'POST', 'DELETE', 'HEAD'), anyPath());
    const property = fc.asyncProperty(asked, async ([method, path]) => {
      served.splice(0);
      const { status } = await send(`${method} ${basePath}${path}`);
      const isOwn = method === 'GET' && path.split('?')[0] === '/things/thing-1';
      expect([status === 200, status >= 400, served.length]).toEqual(
        isOwn ? [true, false, 1] : [false, true, 0],
      );
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('wins over the cookie beside it, even if it opens nothing', async () => {
    const session = await storeSession(broker(), broker().network.pds);
    const name = 'latchkey';
    const cookie = `Cookie: ${name}=${await storeCookie(broker(), session)}`;
    expect((await send(`GET ${own}`, cookie)).status).toBe(200);
    expect(served).toMatchObject([{ caller: { kind: 'temp-token', resource: 'thing-1' } }]);
    const elsewhere = await send('GET {base}/things/thing-2', cookie);
    expect([elsewhere.status, JSON.parse(elsewhere.body)]).toEqual([401, opaque]);
    expect((await send('GET {base}/api/me', cookie)).status).toBe(401);
    expect(served).toHaveLength(1);
  });
}

/** Returns paths that look like the right one: its parts and attack sequences in every order. */
function anyPath(): fc.Arbitrary<string> {
  const separators = ['/', '/', '/', '//', '%2F', '%2f', '%5c', '\\', ';', '?', '/./', '/../', '%252f'];
  const names = ['things', 'thing-1', 'thing-2', 'claim', 'parts', 'all', 'api', 'me', '..', '.', '%2e%2e'];
  const odd = fc.string({ unit: fc.constantFrom(...Array.from('abct%2eE5fF.;:/?&=-_~')), maxLength: 6 });
  const piece = fc.oneof(fc.constantFrom(...names), fc.constantFrom(...names).map(spelledOut), odd);
  const tail = fc.array(
    fc.tuple(fc.constantFrom(...separators), piece).map(([a, b]) => a + b),
    {
      maxLength: 5,
    },
  );
  const wild = tail.map(parts => `/${parts.join('')}`);
  const near = tail.map(parts => `/things/thing-1${parts.join('')}`);
  return fc.oneof(wild, near, fc.constant('/things/thing-1'));
}

/** Returns a name with its first letter percent-encoded. */
function spelledOut(name: string): string {
  return `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
}
