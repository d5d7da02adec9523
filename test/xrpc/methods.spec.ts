import { expect, it } from '@jest/globals';
import { parseRaw } from '../http/raw-request.ts';
import { describeStubPds, sendLine } from './describe-stub-pds.ts';

describeStubPds('a call that must not reach the PDS', place => {
  /** Sends a request line byte for byte. Returns its status, its error code, and how many requests reached the PDS. */
  const send = async (requestLine: string): Promise<[number, string, number]> => {
    const answer = parseRaw(await sendLine(place(), requestLine));
    const { error } = JSON.parse(answer.body) as { error: string };
    return [answer.status, error, place().pds.received.length];
  };

  it.each([
    'com.atproto.server.createAppPassword',
    'com.atproto.server.deletesession',
    'com.atproto.server.deleteAccount',
    'com.atproto.server.updateEmail',
    'com.atproto.identity.signPlcOperation',
    'com.atproto.identity.submitPlcOperation',
    'com.atproto.identity.updateHandle',
    'com.atproto.repo.importRepo',
    'com.atproto.admin.updateAccountPassword',
    'com.atproto.server.notYetInvented',
    'chat.bsky.actor.deleteAccount',
    'COM.ATPROTO.SERVER.DELETEACCOUNT',
    'com.atproto.server.DELETEaccount',
    'Com.Atproto.Server.deleteAccount?did=x',
    'com.atproto.server.%64eleteAccount',
    'com.atproto.server%2EdeleteAccount',
  ])('is refused for the protected method %s', async nsid => {
    for (const method of ['GET', 'POST']) {
      expect(await send(`${method} /xrpc/${nsid}`)).toEqual([403, 'ProtectedMethod', 0]);
    }
  });

  it.each([
    'nonsense',
    'com.example',
    'com.example.',
    '.com.example.any',
    'com..example.any',
    'com.example.any-thing',
    'com.example.9things',
    'com.atproto.server.deleteAccount.',
    'com.atproto.server.deleteAccount%00',
    'com.atproto.server.deleteAccount%20',
    'com.atproto.server.deleteAccount%2F',
    'com.atproto.server.deleteAccount%5C',
    'com.atproto.server.deleteAccount%3Fa=b',
    'com.atproto.server.deleteAccount%23',
    'com.atproto.server.deleteAccount;a=b',
    'com.atproto.server.%2564eleteAccount',
    '..%2Fcom.example.any',
    '%2e%2e',
    '..',
    'com.example.any%2F..%2Fcom.atproto.server.deleteAccount',
    `com.example.${'a'.repeat(400)}`,
  ])('is refused for %s, which is no NSID', async nsid => {
    expect(await send(`GET /xrpc/${nsid}`)).toEqual([400, 'InvalidRequest', 0]);
  });

  it.each([
    '/xrpc/com.atproto.server.deleteAccount/',
    '/xrpc//com.example.any',
    '/xrpc/../xrpc/com.example.any',
    '/xrpc/com.example.any/..',
    '/XRPC/com.example.any',
    '//evil.example/xrpc/com.example.any',
  ])('is refused at %s, which is no route', async path => {
    expect(await send(`GET ${path}`)).toEqual([404, 'NotFound', 0]);
  });

  it("is not sent to a PDS of the caller's choice", async () => {
    expect(await send('GET http://evil.example/xrpc/com.example.any')).toEqual([
      421,
      'MisdirectedRequest',
      0,
    ]);
  });

  it.each([
    [{ 'x-latchkey-csrf': '' }, 'CrossSiteRequest'],
    [{ 'sec-fetch-site': 'cross-site' }, 'CrossSiteRequest'],
    [{ 'sec-fetch-site': 'same-site' }, 'CrossSiteRequest'],
    [{ 'sec-fetch-site': 'none' }, 'CrossSiteRequest'],
    [{ origin: 'null' }, 'CrossSiteRequest'],
    [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' }, 'Forbidden'],
    ...['document', 'iframe', 'script', 'worker', 'serviceworker', 'style', 'future'].map(
      dest => [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': dest }, 'Forbidden'] as const,
    ),
    [{ 'service-worker': 'script' }, 'Forbidden'],
  ])('is refused with %j', async (headers, error) => {
    for (const method of ['GET', 'POST']) {
      const answer = await place().pds.call('com.example.any', { method, headers });
      expect([answer.status, answer.headers.get('latchkey-error')]).toEqual([403, error]);
    }
    expect(place().pds.received).toEqual([]);
  });
});
