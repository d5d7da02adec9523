import { expect, it } from '@jest/globals';
import { describeStubPds, sendLine } from './describe-stub-pds.ts';

describeStubPds('a forwarded request', place => {
  it.each(['GET', 'HEAD', 'POST'])('keeps the method %s, with a proof for it', async method => {
    expect((await place().pds.call('com.example.anything', { method })).status).toBe(200);
    expect(place().pds.received.map(({ request, proof }) => [request.method, proof.htm])).toEqual([
      [method, method],
    ]);
  });

  it.each([
    '',
    '?a=1&b=2&a=3',
    '?a=%20b+c&empty=&&x=%C3%BC',
    '?cursor=a%2Fb%3D%3D&uri=at://did:plc:x/y',
    '?bad=%zz%',
    '?a=?b',
  ])('keeps the query %j, byte for byte', async query => {
    await sendLine(place(), `GET /xrpc/com.example.anything${query}`);
    expect(place().pds.received.map(({ request }) => request.url)).toEqual([
      `/xrpc/com.example.anything${query}`,
    ]);
  });

  it.each([
    ['JSON', 'application/json', Buffer.from('{"text" : "Grüße"}')],
    ['bytes', 'application/octet-stream', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['broken JSON, which is for the PDS to judge', 'application/json', Buffer.from('{"__proto__":')],
    ['nothing', undefined, Buffer.alloc(0)],
  ])('keeps the body: %s', async (_name, type, body) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    await place().pds.call('com.example.anything', { method: 'POST', headers, body });
    const [received] = place().pds.received;
    expect(received?.body.equals(body)).toBe(true);
    expect(received?.request.headers['content-type']).toBe(type);
    expect(received?.request.headers['content-length']).toBe(String(body.length));
  });

  it('keeps the headers that a PDS uses', async () => {
    const headers = {
      accept: 'application/json',
      'accept-language': 'de',
      'atproto-proxy': 'did:web:api.bsky.app#bsky_appview',
      'atproto-accept-labelers': 'did:plc:abc;redact',
      'atproto-anything': 'a',
      'x-atproto-anything': 'b',
      'x-bsky-topics': 'c',
      'if-none-match': '"x"',
      range: 'bytes=0-1',
    };
    await place().pds.call('com.example.anything', { headers });
    expect(place().pds.received[0]?.request.headers).toMatchObject(headers);
  });

  it('drops headers between the caller, the broker and proxies', async () => {
    const headers = {
      dpop: 'forged',
      forwarded: 'for=1.2.3.4',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': new URL(place().broker.url).host,
      'x-real-ip': '1.2.3.4',
      via: '1.1 proxy',
      origin: place().broker.publicUrl,
      referer: `${place().broker.publicUrl}/secret`,
      'sec-fetch-site': 'same-origin',
      'user-agent': 'a browser with a fingerprint',
      'proxy-authorization': 'Basic x',
      te: 'trailers',
      'x-latchkey-anything': 'x',
      'x-custom': 'x',
    };
    await place().pds.call('com.example.anything', { headers });
    const sent = place().pds.received[0]?.request.headers ?? {};
    expect(Object.keys(sent).sort()).toEqual(['authorization', 'connection', 'dpop', 'host', 'user-agent']);
    expect(sent['user-agent']).toBe('latchkey');
    expect(sent.authorization).toMatch(/^DPoP [\w-]{43}$/);
    expect(sent.host).toBe(new URL(place().pds.origin).host);
  });

  it('drops headers that Connection names', async () => {
    await place().pds.call('com.example.anything', {
      headers: { connection: 'close, Accept', accept: 'x/y' },
    });
    expect(place().pds.received[0]?.request.headers).not.toHaveProperty('accept');
  });
});
