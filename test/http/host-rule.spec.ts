import { describe, expect, it } from '@jest/globals';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { parseRaw, rawRequest, sendRaw } from './raw-request.ts';

const refusal = { error: 'MisdirectedRequest', message: 'This server does not answer for that host.' };

async function statusAt({ url }: TestBroker, path: string, headers: Record<string, string>): Promise<number> {
  const answer = await exchange(new URL(path, url), { headers });
  if (answer.status === 421) expect(await answer.json()).toEqual(refusal);
  return answer.status;
}

describeBroker(
  'the Host rule',
  broker => {
    const publicHost = () => new URL(broker().publicUrl).host;

    it.each([
      ['the public host', () => publicHost(), 200],
      ['the public host with its port spelled out', () => `${publicHost()}:443`, 200],
      ['the public host in capitals', () => publicHost().toUpperCase(), 200],
      ['the address it listens on', () => new URL(broker().url).host, 200],
      ['the public host at another port', () => `${publicHost()}:8443`, 421],
      ['the address it listens on without its port', () => '127.0.0.1', 421],
      ['a name for the address', () => `localhost:${new URL(broker().url).port}`, 421],
      ['a name that ends like the public host', () => `evil-${publicHost()}`, 421],
      ['another host', () => 'evil.example', 421],
    ])('accepts or refuses the host of %s', async (_name, host, status) => {
      expect(await statusAt(broker(), '/', { host: host() })).toBe(status);
    });

    it.each([
      '/api/me',
      '/xrpc/com.example.anything',
      '/oauth/login',
      '/nothing-here',
      '/assets/latchkey.css',
    ])('covers %s', async path => {
      expect(await statusAt(broker(), path, { host: 'evil.example' })).toBe(421);
    });

    it.each(['/livez', '/readyz', '/livez?from=probe'])(
      'exempts %s, which is called from inside',
      async path => {
        expect(await statusAt(broker(), path, { host: '10.0.0.7:8787' })).toBe(200);
      },
    );

    it.each(['GET / HTTP/1.1\r\nHost:', 'GET / HTTP/1.0'])('refuses %j, which has no host', async head => {
      const answer = await sendRaw(broker().url, `${head}\r\nConnection: close\r\n\r\n`);
      expect(parseRaw(answer).status).toBe(421);
    });

    it.each([
      ['{own}', 'evil.example'],
      ['evil.example', '{own}'],
      ['{own}', '{own}'],
      ['{own}', ''],
    ])('refuses two Host headers: %s and %s', async (first, second) => {
      const own = new URL(broker().url).host;
      for (const path of ['/', '/livez', '/xrpc/com.example.any', '/nothing-here']) {
        const hosts = [first, second].map(host => `Host: ${host.replace('{own}', own)}\r\n`).join('');
        const answer = await sendRaw(
          broker().url,
          `GET ${path} HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`,
        );
        const { status, body } = parseRaw(answer);
        expect([status, JSON.parse(body)]).toEqual([
          400,
          expect.objectContaining({ error: 'InvalidRequest' }),
        ]);
      }
    });

    it('prefers a host in the request line to the header', async () => {
      const { url } = broker();
      const answer = await sendRaw(url, rawRequest('GET http://evil.example/', url));
      expect(parseRaw(answer).status).toBe(421);
    });

    it('ignores X-Forwarded-Host of a stranger', async () => {
      const headers = { host: 'evil.example', 'x-forwarded-host': publicHost() };
      expect(await statusAt(broker(), '/', headers)).toBe(421);
    });
  },
  { anyDatabase: true, confidential: true },
);

describe('behind a trusted proxy', () => {
  describeBroker(
    'the Host rule',
    broker => {
      it('uses X-Forwarded-Host', async () => {
        const own = new URL(broker().url).host;
        expect(await statusAt(broker(), '/', { host: 'inside', 'x-forwarded-host': own })).toBe(200);
        expect(await statusAt(broker(), '/', { host: own, 'x-forwarded-host': 'evil.example' })).toBe(421);
      });
    },
    { anyDatabase: true, settings: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } },
  );
});
