import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { stopBackground } from '../background/due.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { statusOfMe } from '../login/answers.ts';
import { didOf } from '../network/fake-accounts.ts';
import { KeyAsker } from '../network/key-asker.ts';
import { sharedNetwork } from '../network/network.ts';
import { StrictNetwork } from '../network/strict-network.ts';
import { describeDialects } from './dialects.ts';

const AT_ONCE = 40;
const input = { name: 'a bot', scope: 'atproto transition:generic' };

describeDialects(
  'two brokers whose transactions are serializable by default',
  (_open, { dialect, create }) => {
    let network: StrictNetwork;
    const brokers: TestBroker[] = [];
    beforeAll(async () => {
      const config = await create();
      const admin = await openDatabase(config);
      const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(admin);
      await sql`alter database ${sql.id(rows[0]?.name ?? '')} set default_transaction_isolation = 'serializable'`.execute(
        admin,
      );
      await admin.destroy();
      network = await StrictNetwork.start();
      const options = { network: { ...(await sharedNetwork()), pds: network.url, plc: network.url } };
      const first = await startTestBroker(dialect, config, options);
      brokers.push(first, await startTestBroker(dialect, config, { ...options, peer: first }));
      for (const broker of brokers) await stopBackground(broker);
    });
    afterAll(async () => {
      for (const { app } of brokers.toReversed()) await app.close();
      await network.stop();
    });

    it('create every one of forty simultaneous key requests', async () => {
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, n) => {
          const host = new URL(brokers[0]?.publicUrl ?? '').host;
          const asker = new KeyAsker(brokers[n % 2]?.url ?? '');
          return asker.tryAsk({ ...input, identifier: didOf(n) }, { host });
        }),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(201));
    });

    it('sign in every one of forty simultaneous browsers, and keep their grants', async () => {
      const statuses = await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, n) => {
          const browser = brokers[n % 2]?.browser();
          if (!browser) throw new Error('the brokers have not started');
          const consent = await browser.beginLogin(didOf(100 + n));
          await browser.open(`/oauth/callback?${network.authorize(consent).toString()}`, 'cross-site');
          return statusOfMe(browser);
        }),
      );
      expect(statuses).toEqual(Array(AT_ONCE).fill(200));
      expect(network.issuer.list().map(({ end }) => end)).toEqual(Array(AT_ONCE).fill(undefined));
    });
  },
  ['postgres'],
);
