import type { ServerResponse } from 'node:http';
import { afterAll, expect, it } from '@jest/globals';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { exchange } from '../network/http-exchange.ts';
import { signIn } from '../refresher/test-session.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

const get = ({ url }: TestBroker, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  exchange(new URL(path, url), { headers });

async function giveAvatar(broker: TestBroker, handle: string, picture: Buffer): Promise<string> {
  const { browser } = await signIn(broker, handle);
  const { did } = accountOf(broker, handle);
  const uploaded = await browser.request('POST', '/xrpc/com.atproto.repo.uploadBlob', {
    body: picture,
    headers: { 'content-type': 'image/png' },
  });
  const { blob } = (await uploaded.json()) as { blob: object };
  const record = { $type: 'app.bsky.actor.profile', displayName: 'A person', avatar: blob };
  const put = { repo: did, collection: 'app.bsky.actor.profile', rkey: 'self', record };
  expect((await browser.post('/xrpc/com.atproto.repo.putRecord', put)).status).toBe(200);
  return did;
}

describeBroker(
  'looking up an account while its handle is typed',
  broker => {
    it('returns the account and its server', async () => {
      const { did } = accountOf(broker(), 'alice.test');
      const answer = await get(broker(), '/lookup?identifier=%40alice.test');
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(await answer.json()).toEqual({
        account: {
          did,
          handle: 'alice.test',
          server: new URL(broker().network.pds).host,
          picture: `/avatars/${encodeURIComponent(did)}`,
        },
      });
    });

    it.each(['nobody-here.test', 'not a handle', 'https://pds.example', '', '%00'])(
      'returns no account and no error for %s',
      async identifier => {
        const answer = await get(broker(), `/lookup?identifier=${encodeURIComponent(identifier)}`);
        expect([answer.status, await answer.json()]).toEqual([200, { account: null }]);
      },
    );

    it.each([
      ['alice', null, 'alice.bsky.social'],
      ['alice@your-domain.net', /^That is an e-mail address\./, 'alice.bsky.social'],
      ['+1 555 123 4567', /^That is a phone number\./, null],
    ])('says of %s what to enter instead', async (identifier, text, suggestion) => {
      const answer = await get(broker(), `/lookup?${new URLSearchParams({ identifier })}`);
      const said = text === null ? null : expect.stringMatching(text);
      expect(await answer.json()).toEqual({ account: null, hint: { text: said, suggestion } });
    });

    it('serves the picture from the account’s own server', async () => {
      const did = await giveAvatar(broker(), 'bob.test', PNG);
      const answer = await get(broker(), `/avatars/${did}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(PNG);
      expect(answer.headers.get('content-security-policy')).toContain('sandbox');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    });

    it.each(['did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', 'did:web:nobody.invalid'])(
      'serves its own silhouette for %s',
      async did => {
        const answer = await get(broker(), `/avatars/${did}`);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
        expect(await answer.text()).not.toContain('script');
      },
    );

    it.each(['/avatars/x', '/avatars/http%3A%2F%2F127.0.0.1', '/avatars/did:plc:a%2F..%2Fb'])(
      'serves nothing at %s',
      async path => {
        expect((await get(broker(), path)).status).toBe(404);
      },
    );

    it('is refused for pages of other sites', async () => {
      const { did } = accountOf(broker(), 'alice.test');
      for (const path of ['/lookup?identifier=alice.test', `/avatars/${did}`])
        for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])
          expect((await get(broker(), path, { ...headers })).status).toBe(403);
    });
  },
  { anyDatabase: true },
);

describeBroker(
  'looking up accounts too often',
  broker => {
    it('is refused per address, and cached accounts cost nothing', async () => {
      const { did } = accountOf(broker(), 'alice.test');
      const statuses: number[] = [];
      const from = { 'x-forwarded-for': '203.0.113.9' };
      expect((await get(broker(), `/avatars/${did}`, from)).status).toBe(200);
      for (let count = 0; count < 61; count++)
        statuses.push((await get(broker(), '/lookup?identifier=x', from)).status);
      expect(statuses.filter(status => status === 429)).toHaveLength(2);
      expect((await get(broker(), `/avatars/${did}`, from)).status).toBe(200);
      const elsewhere = { 'x-forwarded-for': '203.0.113.10' };
      expect((await get(broker(), '/lookup?identifier=x', elsewhere)).status).toBe(200);
    });
  },
  { anyDatabase: true, settings: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } },
);

const PROFILE = { value: { avatar: { ref: { $link: 'bafkreiabc' } } } };

describeBroker(
  'a picture from a hostile server',
  broker => {
    const servers: ScriptedServer[] = [];
    afterAll(() => Promise.all(servers.map(server => server.stop())));

    /** Returns the avatar URL of an account whose server sends the given responses. */
    const pathOf = async (profile: unknown, give: (response: ServerResponse) => void): Promise<string> => {
      const server = await startServer(({ url = '' }, response) => {
        const { pathname } = new URL(url, 'http://server.invalid');
        response.setHeader('content-type', 'application/json');
        if (pathname === '/.well-known/did.json') response.end(JSON.stringify(documentAt(server)));
        else if (pathname.endsWith('getRecord')) response.end(JSON.stringify(profile));
        else if (pathname.endsWith('getBlob')) give(response);
        else response.writeHead(404).end();
      });
      servers.push(server);
      return `/avatars/${encodeURIComponent(documentAt(server).id)}`;
    };

    it('is served if its bytes are a picture, with any content type', async () => {
      const path = await pathOf(PROFILE, response =>
        response.setHeader('content-type', 'text/html').end(PNG),
      );
      expect((await get(broker(), path)).headers.get('content-type')).toBe('image/png');
    });

    it.each<[string, (response: ServerResponse) => void]>([
      ['a drawing that calls itself a picture', response => response.end(SVG)],
      ['a page', response => response.end('<!doctype html><script></script>')],
      ['a way to elsewhere', response => response.writeHead(302, { location: 'http://127.0.0.1/' }).end()],
      ['too much', response => response.end(Buffer.concat([PNG, Buffer.alloc(2 * 1024 * 1024)]))],
      ['an error', response => response.writeHead(500).end(PNG)],
      ['nothing', response => response.destroy()],
    ])('is replaced by the silhouette if the server sends %s', async (_what, give) => {
      const shown = await get(broker(), await pathOf(PROFILE, give));
      expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
      expect(await shown.text()).not.toContain('script');
    });

    it.each([null, {}, { value: { avatar: 'x' } }, { value: { avatar: { ref: { $link: 7 } } } }])(
      'is replaced by the silhouette if the profile has %j',
      async profile => {
        const shown = await get(broker(), await pathOf(profile, response => response.end(PNG)));
        expect(shown.headers.get('content-type')).toBe('image/svg+xml');
      },
    );
  },
  { anyDatabase: true },
);

function documentAt({ port, origin }: ScriptedServer) {
  return {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: `did:web:localhost%3A${port}`,
    alsoKnownAs: [],
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: origin }],
  };
}
