import { expect, it } from '@jest/globals';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker } from '../broker/test-broker.ts';
import { startServer } from '../identity/scripted-server.ts';
import { exchange } from '../network/http-exchange.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const html = { accept: 'text/html,*/*;q=0.8' };

describeBroker(
  'a login that fails before it starts',
  broker => {
    const submit = (fields: Record<string, string>, headers: Record<string, string>): Promise<Response> =>
      exchange(new URL('/oauth/login', broker().url), {
        method: 'POST',
        headers: { ...form, ...headers },
        body: new URLSearchParams(fields).toString(),
      });

    it.each([
      [{ identifier: 'not a handle' }, '/?problem=InvalidIdentifier&identifier=not+a+handle'],
      [{ identifier: ' nobody.test ' }, '/?problem=AccountNotFound&identifier=+nobody.test+'],
      [
        { identifier: 'not a handle', return_to: '/here?a=b' },
        '/?problem=InvalidIdentifier&identifier=not+a+handle&return_to=%2Fhere%3Fa%3Db',
      ],
      [
        { identifier: 'alice.test', return_to: '//evil.example' },
        '/?problem=InvalidReturnTo&identifier=alice.test',
      ],
      [{ identifier: 'a'.repeat(2049), return_to: '/here' }, '/?problem=InvalidRequest&return_to=%2Fhere'],
    ])('leads a person back to the form, and keeps its fields: %j', async (fields, location) => {
      const answer = await submit(fields, html);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, location]);
    });

    it.each([
      '＠Alice.test.',
      'https://bsky.app/profile/alice.test/post/3k2yihcrp6f2c',
      'at://alice.test/app.bsky.feed.post/3k2yihcrp6f2c',
      'https://alice.test',
    ])('begins at the server of the account in %j', async identifier => {
      const answer = await submit({ identifier }, html);
      const location = new URL(answer.headers.get('location') ?? '', broker().publicUrl);
      expect([answer.status, location.origin]).toEqual([303, broker().network.pds]);
    });

    it('says of a web address that it is no server, if it is no handle either', async () => {
      const answer = await submit({ identifier: 'https://nobody.test' }, html);
      expect(answer.headers.get('location')).toBe(
        '/?problem=AccountUnreachable&identifier=https%3A%2F%2Fnobody.test',
      );
    });

    it.each([
      ['has no OAuth', 404, {}, [422, 'LoginUnsupported', null]],
      ['limits its callers', 429, { 'retry-after': '77' }, [503, 'IssuerUnavailable', '77']],
      ['fails', 500, {}, [503, 'IssuerUnavailable', '30']],
    ] as const)('says of a server that %s whether that lasts', async (_, status, headers, told) => {
      const server = await startServer((_, response) => response.writeHead(status, headers).end());
      try {
        const answer = await submit({ identifier: server.origin }, { accept: 'application/json' });
        const { error } = (await answer.json()) as { error: string };
        expect([answer.status, error, answer.headers.get('retry-after')]).toEqual(told);
        const page = await submit({ identifier: server.origin }, html);
        expect(page.headers.get('location')).toContain(`/?problem=${told[1]}&`);
      } finally {
        await server.stop();
      }
    });

    it('returns an error to a program', async () => {
      const answer = await submit({ identifier: 'nobody.test' }, { accept: 'application/json' });
      expect([answer.status, await answer.json()]).toEqual([
        404,
        expect.objectContaining({ error: 'AccountNotFound' }),
      ]);
    });

    it('tells a person who signs out twice that they are signed out', async () => {
      const cookie = await storeCookie(broker(), await storeSession(broker(), broker().network.pds));
      const headers = { ...html, cookie: `latchkey=${cookie}`, origin: broker().publicUrl };
      const signOut = () => exchange(new URL('/oauth/logout', broker().url), { method: 'POST', headers });
      expect((await signOut()).headers.get('location')).toBe('/?done=signed-out');
      expect((await signOut()).headers.get('location')).toBe('/?problem=AuthenticationRequired');
    });

    it.each([
      '/?problem=1&problem=2',
      `/?problem=${'x'.repeat(3000)}`,
      '/?identifier[]=a',
      '/?problem=__proto__',
    ])('never hides the page from a person: %s', async path => {
      const answer = await exchange(new URL(broker().url + path), { headers: html });
      expect([answer.status, await answer.text()]).toEqual([
        200,
        expect.stringContaining('name="identifier"'),
      ]);
    });
  },
  { anyDatabase: true },
);
