import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { exchange, type Exchange } from '../network/http-exchange.ts';
import { describeStubPds } from './describe-stub-pds.ts';

const service = 'did:web:api.example.com#crates';
const other = 'did:web:api.example.com#other';
const find = 'com.example.crate.find';

describeStubPds('a call that is proxied to a service', place => {
  /** The headers of a browser whose session was granted `scope`. */
  const granted = async (scope: string): Promise<Record<string, string>> => {
    const { broker, pds } = place();
    const cookie = await storeCookie(broker, await storeSession(broker, pds.origin, { scope }));
    return { cookie: `latchkey=${cookie}`, 'x-latchkey-csrf': '1' };
  };
  const call = async (scope: string, nsid: string, { headers, ...rest }: Exchange = {}): Promise<Response> =>
    exchange(new URL(`/xrpc/${nsid}`, place().broker.url), {
      ...rest,
      headers: { ...(await granted(scope)), ...headers },
    });

  describe.each(['GET', 'HEAD', 'POST'])('by %s', method => {
    it.each([
      ['atproto', service, `rpc:${find}?aud=did:web:api.example.com%23crates`],
      [`atproto rpc:${find}?aud=did:web:api.example.com%23other`, service, undefined],
      [`atproto rpc:com.example.crate.push?aud=*`, service, undefined],
      ['atproto transition:chat.bsky repo:* blob:*/* account:email', service, undefined],
    ])('is refused by the broker if it only has %s', async (scope, proxy, needed) => {
      const answer = await call(scope, find, { method, headers: { 'atproto-proxy': proxy } });
      expect([answer.status, answer.headers.get('latchkey-error')]).toEqual([403, 'ScopeMissing']);
      expect(place().pds.received).toEqual([]);
      if (method === 'HEAD') return;
      const needs = needed ?? `rpc:${find}?aud=did:web:api.example.com%23crates`;
      expect(await answer.json()).toMatchObject({ error: 'ScopeMissing', scope: needs });
    });

    it.each([
      ['atproto transition:generic', find, service],
      [`atproto rpc:${find}?aud=*`, find, service],
      [`atproto rpc:${find}?aud=did:web:api.example.com%23other`, find, other],
      ['atproto rpc:*?aud=did:web:api.example.com%23crates', find, service],
      // Only the PDS knows the contents of a set or of a future scope.
      ['atproto include:com.example.crate.basics', find, service],
      ['atproto newkind:thing', find, service],
      // The router of a PDS accepts its own methods in any letter case.
      ['atproto rpc:app.bsky.feed.getTimeline?aud=*', 'app.bsky.feed.GETTIMELINE', service],
      // A PDS handles these itself, or their bodies name the service.
      ['atproto', 'com.atproto.repo.createRecord', service],
      ['atproto', 'com.atproto.repo.uploadBlob', service],
      ['atproto', 'COM.atproto.moderation.createReport', service],
      ['atproto', 'app.bsky.notification.registerPush', service],
      ['atproto', 'app.bsky.notification.unregisterPush', service],
      // The PDS refuses a call without a service.
      ['atproto', find, 'did:web:api.example.com'],
      ['atproto', find, '#crates'],
      ['atproto', find, 'did:web:api.example.com#'],
      ['atproto', find, 'did:web:api.example.com#a#b'],
      ['atproto', find, 'did:web:api.example.com #crates'],
      ['atproto', find, 'did:example:api#crates'],
      ['atproto', find, 'nonsense'],
      ['atproto', find, ''],
    ])('with %s granted is left to the PDS: %s of %j', async (scope, nsid, proxy) => {
      const answer = await call(scope, nsid, { method, headers: { 'atproto-proxy': proxy } });
      expect(answer.status).toBe(200);
      expect(place().pds.received.map(({ request: { headers } }) => headers['atproto-proxy'])).toEqual([
        proxy,
      ]);
    });

    it('is left to the PDS if it names no service', async () => {
      expect((await call('atproto', find, { method })).status).toBe(200);
      expect(place().pds.received).toHaveLength(1);
    });
  });

  it('is left to the PDS if it names two services', async () => {
    const headers = { ...(await granted('atproto')), 'atproto-proxy': [service, other] };
    const sent = request(new URL(`/xrpc/${find}`, place().broker.url), { headers }).end();
    const [answer] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
    await text(answer);
    expect([answer.statusCode, place().pds.received.length]).toEqual([200, 1]);
  });

  it.each([
    ['of a known length', (body: Buffer) => ({ 'content-length': String(body.length) })],
    ['in chunks', () => ({ 'transfer-encoding': 'chunked' })],
  ])(
    'has its body %s read to the end when it is refused, so that the caller gets the error',
    async (_name, framing) => {
      const body = Buffer.alloc(8 * 1024 * 1024, 1);
      const headers = { ...(await granted('atproto')), 'atproto-proxy': service, connection: 'close' };
      const sent = request(new URL(`/xrpc/${find}`, place().broker.url), {
        method: 'POST',
        headers: { ...headers, ...framing(body) },
      });
      sent.end(body);
      const [answer] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
      expect(JSON.parse(await text(answer))).toMatchObject({ error: 'ScopeMissing' });
      expect(answer.statusCode).toBe(403);
      expect(place().pds.received).toEqual([]);
    },
  );
});
