import { expect, it } from '@jest/globals';
import { BrowserClient } from '../network/browser-client.ts';
import { freePorts } from '../network/free-ports.ts';
import { describeDeployments } from './deployment.ts';

describeDeployments(
  'two brokers that start on one database at the same moment',
  deployment => {
    it('both start, and share one client key', async () => {
      const { start, network } = deployment();
      const publicUrl = `https://two-${process.pid}.latchkey.internal`;
      const ports = await freePorts(2);
      const brokers = await Promise.all(
        ports.map(port => start({ LATCHKEY_LISTEN: `127.0.0.1:${port}`, LATCHKEY_PUBLIC_URL: publicUrl })),
      );
      const jwks = await Promise.all(brokers.map(({ url }) => keysAt(url)));
      expect(jwks[0]).toHaveLength(1);
      expect(jwks[1]).toEqual(jwks[0]);

      const [first, second] = brokers;
      await network.mapClientOrigin(publicUrl, second?.url ?? '');
      const [alice] = network.accounts;
      const browser = new BrowserClient({ broker: first?.url ?? '', publicUrl });
      if (alice) await browser.login(alice.handle, alice);
      expect((await browser.through(second?.url ?? '').get('/api/me')).status).toBe(200);
    });
  },
  'postgres',
);

async function keysAt(url: string): Promise<unknown[]> {
  const answer = await fetch(new URL('/.well-known/jwks.json', url));
  return ((await answer.json()) as { keys: unknown[] }).keys;
}
