import { expect, it } from '@jest/globals';
import { accountOf, describeBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

const html = { accept: 'text/html' };

describeBroker(
  'below a base path',
  broker => {
    const get = (path: string, headers: Record<string, string> = {}) =>
      exchange(new URL(broker().url + path), { headers });

    it('everything is served, and nothing outside it', async () => {
      const paths = [
        '/',
        '/livez',
        '/readyz',
        '/api/openapi.json',
        '/assets/latchkey.css',
        '/oauth-client-metadata.json',
      ];
      for (const path of paths) {
        expect([path, (await get(`/broker${path}`)).status]).toEqual([path, 200]);
        expect([path, (await get(path)).status]).toEqual([path, 404]);
      }
    });

    it('the page is also found without its last slash', async () => {
      expect((await get('/broker')).status).toBe(200);
    });

    it('health checks need no host', async () => {
      expect((await get('/broker/livez', { host: '10.0.0.7' })).status).toBe(200);
      expect((await get('/livez', { host: '10.0.0.7' })).status).toBe(421);
    });

    it('the page links to addresses below it', async () => {
      const page = await (await get('/broker/')).text();
      // The help for people without an account leads away from the broker.
      const own = page.replace(/<details[^>]*data-no-account[^>]*>.*?<\/details>/s, '');
      const links = [...own.matchAll(/(?:href|action)="([^"]*)"/g)].map(([, link]) => link);
      expect(links.length).toBeGreaterThanOrEqual(2);
      for (const link of links) expect(link).toMatch(/^(\/broker\/|#)/);
    });

    it('redirects stay below it', async () => {
      for (const path of ['/oauth/login', '/oauth/callback', '/oauth/login?identifier=nobody']) {
        const location = (await get(`/broker${path}`, html)).headers.get('location');
        expect([path, location]).toEqual([path, expect.stringMatching(/^\/broker\/(\?|$)/)]);
      }
    });

    it('the client metadata and OpenAPI name addresses below it', async () => {
      const metadata = (await (await get('/broker/oauth-client-metadata.json')).json()) as Record<
        string,
        unknown
      >;
      expect(metadata.redirect_uris).toEqual([`${broker().publicUrl}/broker/oauth/callback`]);
      const description = (await (await get('/broker/api/openapi.json')).json()) as { paths: object };
      expect(Object.keys(description.paths)).toContain('/broker/api/me');
    });

    it('a person logs in, calls and logs out', async () => {
      const browser = broker().browser();
      const alice = accountOf(broker(), 'alice.test');
      const authorizeUrl = (await browser.open('/broker/oauth/login?identifier=alice.test')).headers.get(
        'location',
      );
      const callback = await browser.authorize(new URL(authorizeUrl ?? ''), alice);
      expect(callback.pathname).toBe('/broker/oauth/callback');
      expect((await browser.openCallback(callback)).headers.get('location')).toBe('/broker/');
      expect(await (await browser.get('/broker/api/me')).json()).toMatchObject({ did: alice.did });
      expect((await browser.get('/broker/xrpc/com.atproto.server.getSession')).status).toBe(200);
      expect((await browser.submit('/broker/oauth/logout', {})).headers.get('location')).toBe(
        '/broker/?done=signed-out',
      );
      expect((await browser.get('/broker/api/me')).status).toBe(401);
    });
  },
  { settings: { LATCHKEY_BASE_PATH: '/broker' } },
);
