import { describe, expect, it } from '@jest/globals';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
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
            'latchkey-error, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset',
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
