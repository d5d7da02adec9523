import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { freePorts } from '../network/free-ports.ts';
import { exchange } from '../network/http-exchange.ts';
import { routesOf } from '../access/routes.ts';
import { describeDeployments } from '../processes/deployment.ts';
import { byLabel, readSamples, scrape } from './exposition.ts';

const [port = 0] = await freePorts(1);
const settings = { LATCHKEY_METRICS_LISTEN: `127.0.0.1:${port}` };

describeBroker('metrics at a listener of their own', suite, { settings, anyDatabase: true });

function suite(broker: () => TestBroker): void {
  const at = (path: string, method = 'GET'): Promise<Response> =>
    exchange(new URL(path, `http://127.0.0.1:${port}`), { method });

  it('are served there without a credential', async () => {
    for (const path of ['/metrics', '/metrics?name=x']) {
      const answer = await at(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        'text/plain; version=0.0.4; charset=utf-8',
      ]);
      expect(byLabel(readSamples(await answer.text()), 'latchkey_sessions')).toMatchObject({ active: 0 });
    }
    const head = await at('/metrics', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('are the only thing served there', async () => {
    for (const path of ['/', '/metrics/', '/api/sessions', '/livez'])
      expect([path, (await at(path)).status]).toEqual([path, 404]);
    const posted = await at('/metrics', 'POST');
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('are no longer served by the broker itself', async () => {
    expect(routesOf(broker()).filter(route => route.includes('metrics'))).toEqual([]);
    const answer = await scrape(broker());
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: 'NotFound' }]);
    expect((await exchange(new URL('/metrics', broker().url))).status).toBe(404);
  });
}

describeDeployments(
  'a broker whose metrics address is taken',
  deployment => {
    it('exits with one line that says so', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      try {
        expect(await deployment().refusal({ LATCHKEY_METRICS_LISTEN: address })).toEqual({
          code: 1,
          message: `Latchkey cannot start: The metrics cannot be served on ${address} (another process uses it). Free it, or set LATCHKEY_METRICS_LISTEN to another address.`,
        });
      } finally {
        server.close();
      }
    });
  },
  'sqlite',
);
