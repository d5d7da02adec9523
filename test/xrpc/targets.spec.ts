import { expect, it } from '@jest/globals';
import { parseRaw, sendRaw } from '../http/raw-request.ts';
import { describeStubPds } from './describe-stub-pds.ts';

const NSID = 'com.example.any';
const PATH = `/xrpc/${NSID}`;
const longest = ['a', 'b', 'c', 'd', 'e'].map(letter => letter.repeat(letter === 'd' ? 61 : 63)).join('.');

describeStubPds('a hostile request line or header', place => {
  /** Sends a request with the test's own lines. `{own}` is the broker's host. Returns the status. */
  const send = async (...lines: string[]): Promise<number> => {
    const { pds, broker } = place();
    const cookie = Object.entries(pds.headers).map(field => field.join(': '));
    const head = [...lines, ...cookie, 'Connection: close', '', ''].join('\r\n');
    return parseRaw(await sendRaw(broker.url, head.replaceAll('{own}', new URL(broker.url).host))).status;
  };
  /** The requests at the PDS: method, path, and whether the host was its own. */
  const arrived = () => {
    const { host } = new URL(place().pds.origin);
    return place().pds.received.map(({ request }) => [
      `${request.method} ${request.url}`,
      request.headers.host === host,
    ]);
  };

  it.each([
    [`GET http://{own}${PATH}`, PATH],
    [`GET HTTPS://{own}${PATH}?a=1`, `${PATH}?a=1`],
    [`GET http://evil.example@{own}${PATH}`, PATH],
    [`GET ${PATH}#/../com.atproto.server.deleteAccount`, PATH],
    [`GET  ${PATH}`, PATH],
    ['GET /xrpc/%63om.example.any', PATH],
    ['GET /xrpc/com%2Eexample%2eany', PATH],
    [`GET /%78rpc/${NSID}`, PATH],
    ['GET /xrpc/COM.EXAMPLE.any', '/xrpc/COM.EXAMPLE.any'],
    [`GET /xrpc/${longest}`, `/xrpc/${longest}`],
    [`GET ${PATH}?`, `${PATH}?`],
    [`GET ${PATH}?a=/../../xrpc/x&b=//evil.example`, `${PATH}?a=/../../xrpc/x&b=//evil.example`],
    [`GET ${PATH}?a=%0d%0aX-Evil:%20a`, `${PATH}?a=%0d%0aX-Evil:%20a`],
  ])('reaches the PDS with a rebuilt path: %s as %s', async (requestLine, path) => {
    expect(await send(`${requestLine} HTTP/1.1`, 'Host: {own}')).toBe(200);
    expect(arrived()).toEqual([[`GET ${path}`, true]]);
  });

  it.each([
    [`GET ${PATH}/`, 404],
    [`GET ${PATH}//`, 404],
    [`GET ${PATH}/.`, 404],
    [`GET //xrpc/${NSID}`, 404],
    [`GET /xrpc/./${NSID}`, 404],
    [`GET /./xrpc/${NSID}`, 404],
    [`GET /xrpc/%2e%2e/xrpc/${NSID}`, 404],
    [`GET /xrpc%2F${NSID}`, 404],
    [`GET /xrpc%5C${NSID}`, 404],
    [`GET /xrpc\\${NSID}`, 404],
    [`GET //{own}${PATH}`, 404],
    ['GET http://{own}?a=/xrpc/com.example.any', 404],
    [`GET ws://{own}${PATH}`, 404],
    ['GET *', 404],
    [`GET ${PATH}.`, 400],
    [`GET ${PATH}%2F`, 400],
    [`GET ${PATH}%252F`, 400],
    [`GET ${PATH}%00`, 400],
    [`GET ${PATH}%09`, 400],
    [`GET ${PATH}%0d%0aX-Evil:%20a`, 400],
    [`GET ${PATH}\\..\\x`, 400],
    [`GET ${PATH};a=b`, 400],
    [`GET ${PATH}&a=b`, 400],
    [`GET ${PATH}?a=1#b`, 400],
    [`GET ${PATH}?a=1 2`, 400],
    [`GET ${PATH}?a=\u0001`, 400],
    [`GET ${PATH}?a=ü`, 400],
    [`GET ${PATH}\t`, 400],
    [`GET\t${PATH}`, 400],
    [`GET xrpc/${NSID}`, 400],
    [`GET \\xrpc\\${NSID}`, 400],
    [`GET http:${PATH}`, 400],
    [`GET http://${PATH}`, 400],
    [`GET http://{own}\\@evil.example${PATH}`, 400],
    [`GET /xrpc/${longest}e`, 400],
    [`get ${PATH}`, 400],
    [`TRACE ${PATH}`, 405],
    [`PUT ${PATH}`, 405],
    [`GET http://evil.example${PATH}`, 421],
    [`GET http://{own}@evil.example${PATH}`, 421],
  ])('reaches no server and is refused: %s with %i', async (requestLine, status) => {
    expect(await send(`${requestLine} HTTP/1.1`, 'Host: {own}')).toBe(status);
    expect(arrived()).toEqual([]);
  });

  it.each([64, 500, 600, 20_000])('reaches no server with a name of %i letters', async length => {
    expect(await send(`GET /xrpc/com.example.${'a'.repeat(length)} HTTP/1.1`, 'Host: {own}')).toBe(400);
    expect(arrived()).toEqual([]);
  });

  it.each([
    ['Host: evil.example', 421],
    ['Host: {own}.evil.example', 421],
    ['Host: evil.example@{own}', 421],
    [`Host: {own}${PATH}`, 421],
    ['Host:', 421],
    ['X-Nothing: x', 400],
  ])('reaches no server with another host than its own: %s', async (line, status) => {
    expect(await send(`GET ${PATH} HTTP/1.1`, line)).toBe(status);
    expect(arrived()).toEqual([]);
  });

  it.each([
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: gopher',
    'X-Forwarded-Prefix: /evil',
    'Forwarded: host=evil.example;proto=https',
    'X-Original-URL: /xrpc/com.atproto.server.deleteAccount',
    'X-Rewrite-URL: /xrpc/com.atproto.server.deleteAccount',
    'X-HTTP-Method-Override: DELETE',
    'Atproto-Proxy: did:web:evil.example#x',
    'Upgrade: websocket',
    'Connection: upgrade, host\r\nUpgrade: h2c',
    'Connection: authorization, dpop',
  ])('changes neither method, path nor host: %s', async line => {
    expect(await send(`GET ${PATH} HTTP/1.1`, 'Host: {own}', line)).toBe(200);
    expect(arrived()).toEqual([[`GET ${PATH}`, true]]);
    const { authorization, dpop, upgrade } = place().pds.received[0]?.request.headers ?? {};
    expect([authorization, dpop, upgrade]).toEqual([expect.any(String), expect.any(String), undefined]);
  });

  it.each([
    'com.atproto.server.deleteAccount',
    'COM.ATPROTO.SERVER.DELETEACCOUNT',
    'com.atproto.server.%44ELETEaccount',
  ])('stays refused at any service: %s', async nsid => {
    for (const proxy of ['did:web:evil.example#atproto_pds', 'x', '']) {
      const lines = [`POST /xrpc/${nsid} HTTP/1.1`, 'Host: {own}', 'Content-Length: 0'];
      expect(await send(...lines, `Atproto-Proxy: ${proxy}`)).toBe(403);
    }
    expect(arrived()).toEqual([]);
  });
});
