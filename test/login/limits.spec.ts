import { describe, expect, it } from '@jest/globals';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { KeyAsker } from '../network/key-asker.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const people = { accept: 'text/html,*/*;q=0.8' };
const seconds = expect.stringMatching(/^[1-9]\d?$/);

type Begin = (from: string, headers?: Record<string, string>) => Promise<Response>;

/** Begins logins at a server that does not answer, from any address that the test names. */
function beginAt(broker: () => TestBroker): Begin {
  return (from, headers = {}) =>
    exchange(new URL('/oauth/login', broker().url), {
      method: 'POST',
      headers: { ...form, 'x-forwarded-for': from, ...headers },
      body: new URLSearchParams({ identifier: 'http://127.0.0.1:9', return_to: '/account' }).toString(),
    });
}

const statusesOf = async (calls: Promise<Response>[]): Promise<number[]> =>
  (await Promise.all(calls)).map(({ status }) => status);

describe('the logins that begin', () => {
  describeBroker(
    'from one address',
    broker => {
      const begin = beginAt(broker);

      it('are limited, and those of another are not', async () => {
        expect(await statusesOf([begin('192.0.2.1'), begin('192.0.2.1'), begin('192.0.2.1')])).toEqual([
          502, 502, 429,
        ]);
        const refused = await begin('192.0.2.1');
        expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
          429,
          seconds,
          expect.objectContaining({ error: 'TooManyRequests' }),
        ]);
        expect(refused.headers.getSetCookie()).toEqual([]);
        expect(await statusesOf([begin('192.0.2.2')])).toEqual([502]);
      });

      it('are limited per /64 of IPv6', async () => {
        const addresses = ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:2:ffff::3', '2001:db8:1:3::1'];
        const statuses: number[] = [];
        for (const address of addresses) statuses.push((await begin(address)).status);
        expect(statuses).toEqual([502, 502, 429, 502]);
      });

      it('show people a page with what they typed, and when to try again', async () => {
        for (let logins = 0; logins < 2; logins++) await begin('192.0.2.3');
        const refused = await begin('192.0.2.3', people);
        expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, seconds]);
        const page = await refused.text();
        expect(page).toContain('That was too often.');
        expect(page).toContain('value="http://127.0.0.1:9"');
        expect(page).toContain('value="/account"');
      });

      it('are also those of keys that their owners approve', async () => {
        const asker = new KeyAsker(broker().url);
        const asked = await asker.ask({ identifier: 'alice.test', name: 'Bot', scope: 'atproto' });
        const approve = () =>
          exchange(new URL(`/connect/${asked.id}/approve`, broker().url), {
            method: 'POST',
            headers: { ...form, ...people, 'x-forwarded-for': '192.0.2.5', origin: broker().publicUrl },
          });
        expect(await statusesOf([approve(), approve(), approve()])).toEqual([303, 303, 429]);
      });

      it('do not count if they end at the form', async () => {
        const open = () =>
          exchange(new URL('/oauth/login', broker().url), { headers: { 'x-forwarded-for': '192.0.2.4' } });
        expect(await statusesOf([open(), open(), open()])).toEqual([303, 303, 303]);
      });
    },
    {
      anyDatabase: true,
      settings: { LATCHKEY_LIMIT_LOGINS_PER_ADDRESS: '2', LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' },
    },
  );

  describeBroker(
    'from all addresses',
    broker => {
      const begin = beginAt(broker);

      it('are limited together, without those that were refused for their address', async () => {
        const greedy = Array.from({ length: 5 }, () => begin('192.0.2.1'));
        expect((await statusesOf(greedy)).filter(status => status === 429)).toHaveLength(3);
        expect(await statusesOf([begin('192.0.2.2')])).toEqual([502]);
        expect(await statusesOf([begin('192.0.2.3')])).toEqual([429]);
      });
    },
    {
      anyDatabase: true,
      settings: {
        LATCHKEY_LIMIT_LOGINS_PER_ADDRESS: '2',
        LATCHKEY_LIMIT_LOGINS: '3',
        LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
      },
    },
  );
});
