import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { until } from '../until.ts';
import { exchange } from '../network/http-exchange.ts';
import { describeStubPds } from '../xrpc/describe-stub-pds.ts';

const tooMany = { status: 429, error: 'TooManyRequests', retryAfter: expect.stringMatching(/^[1-9]\d?$/) };

type Outcome = { status: number; error: unknown; retryAfter: string | null; headers: Headers };

async function outcomeOf(answer: Response): Promise<Outcome> {
  const body = await answer.text();
  const error = body.startsWith('{') ? (JSON.parse(body) as { error?: unknown }).error : undefined;
  const { status, headers } = answer;
  return { status, error, retryAfter: headers.get('retry-after'), headers };
}

function ask(broker: TestBroker, path: string, headers: Record<string, string> = {}): Promise<Outcome> {
  return exchange(new URL(path, broker.url), { headers }).then(outcomeOf);
}

async function times(count: number, call: () => Promise<Outcome>): Promise<number[]> {
  const statuses: number[] = [];
  while (statuses.length < count) statuses.push((await call()).status);
  return statuses;
}

describe('requests of one address', () => {
  const metadata = '/oauth-client-metadata.json';
  describeBroker(
    'beyond their limit',
    broker => {
      it('are refused with a Retry-After, whatever address they claim, and health checks are not', async () => {
        const first = await ask(broker(), metadata);
        expect(first.headers.get('ratelimit-limit')).toBe('5');
        expect(first.headers.get('ratelimit-remaining')).toBe('4');
        expect(first.headers.get('ratelimit-policy')).toBe('5;w=60');
        const forged = { 'x-forwarded-for': '192.0.2.7' };
        expect(await times(4, () => ask(broker(), metadata, forged))).toEqual([200, 200, 200, 200]);
        const refused = await ask(broker(), '/nowhere', { 'x-forwarded-for': '192.0.2.8' });
        expect(refused).toMatchObject(tooMany);
        expect(refused.headers.get('ratelimit-remaining')).toBe('0');
        const resetsIn = Number(refused.headers.get('ratelimit-reset')) - Date.now() / 1000;
        expect(resetsIn).toBeGreaterThan(0);
        expect(resetsIn).toBeLessThan(62);
        expect(await times(6, () => ask(broker(), '/livez'))).toEqual([200, 200, 200, 200, 200, 200]);
      });
    },
    { anyDatabase: true, settings: { LATCHKEY_LIMIT_PER_ADDRESS: '5' } },
  );

  describeBroker(
    'behind a trusted proxy',
    broker => {
      it('are counted per address that the proxy names', async () => {
        const from = (address: string) => () => ask(broker(), metadata, { 'x-forwarded-for': address });
        expect(await times(3, from('192.0.2.7'))).toEqual([200, 200, 429]);
        expect(await times(1, from('192.0.2.8'))).toEqual([200]);
        expect(await times(3, from('2001:db8:1:2::1'))).toEqual([200, 200, 429]);
        expect(await times(1, from('2001:db8:1:2::2'))).toEqual([429]);
        const person = { 'x-forwarded-for': '192.0.2.7', accept: 'text/html' };
        const page = await exchange(new URL('/', broker().url), { headers: person });
        expect([page.status, page.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
        expect(await page.text()).toContain('<h1>One moment, please</h1>');
      });
    },
    {
      anyDatabase: true,
      settings: { LATCHKEY_LIMIT_PER_ADDRESS: '2', LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' },
    },
  );
});

describeStubPds(
  'requests with one credential beyond their limit',
  place => {
    it('are refused, but not those with another one, and the limits of the PDS are passed on', async () => {
      const { pds, broker } = place();
      pds.answer = response => response.end('{}');
      const call = async () => outcomeOf(await pds.call('com.example.any'));
      expect((await call()).headers.get('ratelimit-limit')).toBe('3');
      pds.answer = response => response.writeHead(200, { 'ratelimit-limit': '3000' }).end('{}');
      expect((await call()).headers.get('ratelimit-limit')).toBe('3000');
      expect(await times(2, call)).toEqual([200, 429]);
      const refused = await call();
      expect(refused).toMatchObject(tooMany);
      expect(refused.headers.get('latchkey-error')).toBe('TooManyRequests');
      expect(pds.received).toHaveLength(3);

      const another = await storeCookie(broker, await storeSession(broker, pds.origin));
      expect(await ask(broker, '/api/me', { cookie: `latchkey=${another}` })).toMatchObject({ status: 200 });
      expect(await times(4, () => ask(broker, '/'))).toEqual([200, 200, 200, 200]);
    });
  },
  { LATCHKEY_LIMIT_PER_CREDENTIAL: '3' },
);

describeStubPds(
  'simultaneous calls of one session beyond their limit',
  place => {
    it('are refused until one of them ends or its caller leaves', async () => {
      const { pds } = place();
      const held: ServerResponse[] = [];
      const { promise: bothHeld, resolve } = Promise.withResolvers<undefined>();
      pds.takeStream('com.example.slow', (_request, response) => {
        if (held.push(response) === 2) resolve(undefined);
      });
      const leaving = new AbortController();
      const first = pds.call('com.example.slow');
      const second = pds.call('com.example.slow', { signal: leaving.signal });
      await bothHeld;
      expect(await outcomeOf(await pds.call('com.example.any'))).toMatchObject({
        ...tooMany,
        retryAfter: '1',
      });
      expect(pds.received).toEqual([]);

      held[0]?.end('{}');
      expect((await first).status).toBe(200);
      // The last byte may arrive before the broker knows that it was sent.
      await until(
        'a call succeeds',
        () => pds.call('com.example.any'),
        ({ status }) => status === 200,
      );
      leaving.abort();
      await expect(second).rejects.toThrow();
      expect((await pds.call('com.example.any')).status).toBe(200);
    });
  },
  { LATCHKEY_CONCURRENCY_PER_SESSION: '2' },
);
