import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeBroker } from '../broker/test-broker.ts';
import { startStubPds, type StubPds } from './stub-pds.ts';

describeBroker(
  'a response of a PDS',
  broker => {
    let pds: StubPds;
    beforeAll(async () => {
      pds = await startStubPds(broker());
    });
    afterAll(() => pds.stop());

    it.each([
      [200, '{"a":1}'],
      [400, '{"error":"InvalidRequest","message":"of the PDS"}'],
      [401, '{"error":"AuthMissing"}'],
      [403, '{"error":"ScopeMissingError"}'],
      [404, 'not even JSON'],
      [429, '{"error":"RateLimitExceeded"}'],
      [500, '{"error":"InternalServerError"}'],
      [502, '<html>'],
      [503, ''],
    ])('with status %i reaches the caller as it is', async (status, body) => {
      pds.answer = response => response.writeHead(status, { 'content-type': 'a/b' }).end(body);
      const answer = await pds.call('com.example.anything');
      expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([
        status,
        body,
        'a/b',
      ]);
      expect(answer.headers.has('latchkey-error')).toBe(false);
    });

    it('keeps the headers about its content', async () => {
      const headers = {
        'content-type': 'image/png',
        'content-disposition': 'attachment',
        'cache-control': 'private, max-age=60',
        etag: '"x"',
        'last-modified': 'Fri, 20 Nov 2026 19:00:00 GMT',
        expires: 'Fri, 20 Nov 2026 19:01:00 GMT',
        age: '12',
        'retry-after': '7',
        ratelimit: '"default";r=3;t=7',
        'ratelimit-remaining': '3',
        deprecation: '@1793520000',
        'atproto-repo-rev': '3k',
        'atproto-content-labelers': 'did:plc:abc',
        'x-atproto-anything': 'a',
        'x-bsky-anything': 'b',
      };
      pds.answer = response => response.writeHead(200, headers).end('x');
      expect(Object.fromEntries((await pds.call('com.example.anything')).headers)).toMatchObject(headers);
    });

    it.each([
      ['public, max-age=31536000, immutable', 'accept', 'accept, Cookie, Authorization'],
      [undefined, undefined, 'Cookie, Authorization'],
    ])('with Cache-Control %s and Vary %s is for its caller alone', async (cacheControl, vary, expected) => {
      const headers = { ...(cacheControl && { 'cache-control': cacheControl }), ...(vary && { vary }) };
      for (const status of [200, 404, 500]) {
        pds.answer = response => response.writeHead(status, headers).end('x');
        const answer = await pds.call('com.example.anything');
        expect(answer.headers.get('cache-control')).toMatch(/^private, (max-age=31536000|no-cache)$/);
        expect(answer.headers.get('vary')).toBe(expected);
      }
    });

    it('loses the hop-by-hop headers of the PDS and the broker', async () => {
      const headers = {
        'set-cookie': ['a=b', 'latchkey=stolen'],
        'dpop-nonce': 'x',
        'www-authenticate': 'DPoP error="insufficient_scope"',
        'access-control-allow-origin': '*',
        'access-control-allow-credentials': 'true',
        'content-security-policy': "default-src 'unsafe-inline'",
        'strict-transport-security': 'max-age=1',
        'clear-site-data': '"*"',
        location: 'https://evil.example/',
        link: '<https://evil.example/>; rel=preload',
        refresh: '0; url=https://evil.example/',
        'latchkey-error': 'InternalError',
        'surrogate-control': 'max-age=60',
        'cdn-cache-control': 'max-age=60',
        'x-accel-expires': '60',
        pragma: 'public',
        expires: 'Fri, 20 Nov 2026 19:01:00 GMT',
        'cache-control': 'no-store',
        'x-powered-by': 'a PDS',
        server: 'a PDS',
      };
      pds.answer = response => response.writeHead(401, headers).end('x');
      const answer = await pds.call('com.example.anything');
      expect([...answer.headers.keys()].sort()).toEqual([
        'cache-control',
        'connection',
        'content-security-policy',
        'cross-origin-resource-policy',
        'date',
        'latchkey-request-id',
        'referrer-policy',
        'transfer-encoding',
        'vary',
        'x-content-type-options',
      ]);
      expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    });

    it.each([
      [200, 'x'],
      [200, ''],
      [401, 'x'],
    ])('of status %i with the body %j and no content type gets none', async (status, body) => {
      const length = String(body.length);
      pds.answer = response => response.writeHead(status, { 'content-length': length }).end(body);
      const answer = await pds.call('com.example.anything');
      expect([await answer.text(), answer.headers.get('content-length')]).toEqual([body, length]);
      expect(answer.headers.has('content-type')).toBe(false);
    });

    it('to HEAD keeps its content length', async () => {
      pds.answer = response => response.writeHead(200, { 'content-length': '12345' }).end();
      const answer = await pds.call('com.example.anything', { method: 'HEAD' });
      expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([
        200,
        '12345',
        '',
      ]);
    });

    it('that is compressed reaches the caller as it is', async () => {
      const bytes = Buffer.from('H4sIAAAAAAAAA0vOzy0oSi0uTk0BAJ3zRyQKAAAA', 'base64');
      pds.answer = response => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes);
      const answer = await pds.call('com.example.anything', { headers: { 'accept-encoding': 'gzip' } });
      expect(answer.headers.get('content-encoding')).toBe('gzip');
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    });
  },
  { anyDatabase: true },
);
