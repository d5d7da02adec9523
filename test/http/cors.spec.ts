import { describe, expect, it } from '@jest/globals';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange, type Exchange } from '../network/http-exchange.ts';
import { startStubPds } from '../xrpc/stub-pds.ts';

const listed = 'https://app.sibling.example';

function corsHeaders({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
}

function preflight({ url }: TestBroker, origin: string): Promise<Response> {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  };
  return exchange(new URL('/xrpc/com.example.anything', url), { method: 'OPTIONS', headers });
}

describe('with a listed origin', () => {
  describeBroker(
    'CORS',
    broker => {
      it('answers the preflight of that origin, with credentials', async () => {
        const answer = await preflight(broker(), listed);
        expect(answer.status).toBe(204);
        expect(corsHeaders(answer)).toMatchObject({
          'access-control-allow-origin': listed,
          'access-control-allow-credentials': 'true',
          'access-control-allow-methods': expect.stringContaining('POST'),
          'access-control-allow-headers': 'content-type',
        });
        expect(answer.headers.get('vary')).toContain('Origin');
      });

      it('lets that origin read answers, errors too', async () => {
        const answer = await exchange(new URL('/api/me', broker().url), { headers: { origin: listed } });
        expect(answer.status).toBe(401);
        expect(corsHeaders(answer)).toEqual({
          'access-control-allow-origin': listed,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers':
            'latchkey-error, latchkey-request-id, retry-after, ratelimit-limit, ratelimit-policy, ratelimit-remaining, ratelimit-reset',
        });
      });

      it('lets that origin read every header of a PDS that is passed on', async () => {
        const pds = await startStubPds(broker());
        pds.answer = response =>
          response
            .writeHead(200, { 'atproto-repo-rev': '3k', 'x-bsky-a': 'b', etag: '"x"', server: 'x' })
            .end();
        const headers = { origin: listed, 'sec-fetch-site': 'same-site' };
        const answer = await pds.call('com.example.anything', { headers });
        await pds.stop();
        const exposed = answer.headers.get('access-control-expose-headers')?.split(', ') ?? [];
        expect(exposed).toEqual(
          expect.arrayContaining(['latchkey-error', 'atproto-repo-rev', 'x-bsky-a', 'etag']),
        );
        expect(exposed).not.toContain('server');
        expect(answer.headers.get('vary')).toBe('Origin, Cookie, Authorization');
      });

      it.each<[number, string, Exchange]>([
        [400, '/%zz', {}],
        [404, '/nothing-here', {}],
        [405, '/api/me', { method: 'PUT' }],
        [413, '/oauth/login', { method: 'POST', body: 'a'.repeat(70_000) }],
        [415, '/oauth/login', { method: 'POST', body: 'a' }],
        [421, '/api/me', { headers: { host: 'elsewhere.example' } }],
      ])('lets that origin read an early %i at %s', async (status, path, request) => {
        const type = status === 413 ? 'application/json' : 'text/plain';
        const headers = { 'content-type': type, ...request.headers, origin: listed };
        const answer = await exchange(new URL(broker().url + path), { ...request, headers });
        expect(answer.status).toBe(status);
        expect(answer.headers.get('access-control-allow-origin')).toBe(listed);
        expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
      });

      it.each([
        'https://evil.example',
        `${listed}.evil.example`,
        'http://app.sibling.example',
        'https://app.sibling.example:8443',
        'https://sibling.example',
        'null',
      ])('allows %s nothing', async origin => {
        const answers = [
          await preflight(broker(), origin),
          await exchange(new URL('/api/me', broker().url), { headers: { origin } }),
        ];
        for (const answer of answers) expect(answer.headers.has('access-control-allow-origin')).toBe(false);
      });

      it('lets that origin change things with a cookie, as a page of a sibling site does', async () => {
        const session = await storeSession(broker(), broker().network.pds);
        const logOut = async (origin: string, site: string): Promise<number> => {
          const cookie = `latchkey=${await storeCookie(broker(), session)}`;
          const headers = { cookie, origin, 'sec-fetch-site': site };
          return (await exchange(new URL('/oauth/logout', broker().url), { method: 'POST', headers })).status;
        };
        expect(await logOut('https://other.sibling.example', 'same-site')).toBe(403);
        expect(await logOut(listed, 'cross-site')).toBe(403);
        expect(await logOut(listed, 'same-site')).toBe(204);
      });
    },
    { anyDatabase: true, settings: { LATCHKEY_ALLOWED_ORIGINS: listed } },
  );
});

describe('with a listed origin and few requests per address', () => {
  describeBroker(
    'CORS',
    broker => {
      it('lets that origin read that it must wait, and for how long', async () => {
        const ask = () => exchange(new URL('/api/me', broker().url), { headers: { origin: listed } });
        await ask();
        const refused = await ask();
        expect(refused.status).toBe(429);
        expect(refused.headers.get('access-control-allow-origin')).toBe(listed);
        const exposed = refused.headers.get('access-control-expose-headers') ?? '';
        expect(exposed).toContain('retry-after');
        expect(exposed).toContain('ratelimit-policy');
        // A page learns of it only if the preflight of its call succeeds.
        expect((await preflight(broker(), listed)).status).toBe(204);
      });
    },
    { anyDatabase: true, settings: { LATCHKEY_ALLOWED_ORIGINS: listed, LATCHKEY_LIMIT_PER_ADDRESS: '1' } },
  );
});

describe('without a list', () => {
  describeBroker(
    'CORS',
    broker => {
      it('allows no origin', async () => {
        const answer = await preflight(broker(), listed);
        expect([answer.status, corsHeaders(answer)]).toEqual([405, {}]);
      });
    },
    { anyDatabase: true },
  );
});
