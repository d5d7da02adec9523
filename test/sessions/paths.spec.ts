import { discard } from '../../src/identity/outbound/exchange.ts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Sessions } from '../../src/sessions/use/sessions.service.ts';
import { storeSession } from '../broker/stored-session.ts';
import { describeBroker } from '../broker/test-broker.ts';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { asId } from '../ids.ts';

const GET = { method: 'GET' } as const;

describeBroker(
  'the path of a request to a PDS',
  broker => {
    const sessions = (): Sessions => broker().app.get(Sessions);
    let [pds, elsewhere]: ScriptedServer[] = [];
    let id = '';
    beforeAll(async () => {
      pds = await startServer((_request, response) => response.end('{}'));
      elsewhere = await startServer((_request, response) => response.end('{}'));
      ({ id } = await storeSession(broker(), pds.origin));
    });
    afterAll(async () => {
      for (const server of [pds, elsewhere]) await server?.stop();
    });

    it.each(['/xrpc/com.example.any', '/xrpc/com.example.any?', '/xrpc/com.example.any?a=%2F..%2Fb&a=//x'])(
      'keeps %s as it is',
      async path => {
        await sessions().withSession(asId(id), async access => {
          discard(await access.fetch(path, GET));
        });
        expect(pds?.requests.splice(0).map(({ url }) => url)).toEqual([path]);
      },
    );

    it.each([
      '{elsewhere}/xrpc/com.example.any',
      '{elsewhere}',
      '//{host}/xrpc/com.example.any',
      '/\\{host}/xrpc/com.example.any',
      '@{host}/xrpc/com.example.any',
      '.{host}/xrpc/com.example.any',
      '',
      '/',
      '?a=b',
      'xrpc/com.example.any',
      ' /xrpc/com.example.any',
      '/oauth/token',
      '/xrpc',
      '/xrpc/',
      '/xrpc/nonsense',
      '/XRPC/com.example.any',
      '/xrpc//com.example.any',
      '/xrpc/com.example.any/',
      '/xrpc/com.example.any#x',
      '/xrpc/com.example.any?a#x',
      '/xrpc/..',
      '/xrpc/../oauth/token',
      '/xrpc/com.example.any/../../oauth/token',
      '/./xrpc/com.example.any',
      '/xrpc/%2e%2e',
      '/xrpc/%2e%2e/oauth/token',
      '/xrpc/com.example.any%2F..%2F..%2Foauth%2Ftoken',
      '/xrpc%2Fcom.example.any',
      '/xrpc/com.example%2Eany',
      '/xrpc/com.example.any%3Fa',
      '/xrpc\\com.example.any',
      '\\xrpc\\com.example.any',
      '/xrpc/..\\oauth\\token',
      '/xrpc/com.example.any%5C..',
      '/xrpc/com.example.any\0',
      '/xrpc/com.example.any HTTP/1.1\r\nx: y',
    ])('sends nothing for %j', async template => {
      const { origin = '' } = elsewhere ?? {};
      const path = template.replace('{elsewhere}', origin).replace('{host}', new URL(origin).host);
      const using = sessions().withSession(asId(id), access => access.fetch(path, GET));
      await expect(using).rejects.toMatchObject({ code: 'InvalidRequest' });
      for (const server of [pds, elsewhere]) expect(server?.requests).toEqual([]);
    });

    it.each(['a HTTP/1.1\r\nx: y', 'a\n', 'a b', '\0', '\u{1F600}'])(
      'refuses a query that would be another request: %j',
      async query => {
        const using = sessions().withSession(asId(id), access =>
          access.fetch(`/xrpc/com.example.any?${query}`, GET),
        );
        await expect(using).rejects.toMatchObject({ code: 'InvalidRequest' });
        expect(pds?.requests).toEqual([]);
      },
    );
  },
  { anyDatabase: true },
);
