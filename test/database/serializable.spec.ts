import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { ApiKeyRepository } from '../../src/api-keys/keys/api-key.repository.ts';
import { ApiKeyRotations } from '../../src/api-keys/keys/api-key-rotations.service.ts';
import type { ApiKeyId } from '../../src/database/tables/id.ts';
import { stopBackground } from '../background/due.ts';
import { byTest, issueKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { statusOfMe } from '../login/answers.ts';
import { didOf } from '../network/fake-accounts.ts';
import { KeyAsker } from '../network/key-asker.ts';
import { sharedNetwork } from '../network/network.ts';
import { StrictNetwork } from '../network/strict-network.ts';
import { operate } from '../sessions/operate.ts';
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

    it('refresh every one of forty sessions at once, each at both, and end none', async () => {
      const [first] = brokers;
      if (!first) throw new Error('the brokers have not started');
      const sessions = await first.database.selectFrom('oauth_session').select('id').execute();
      const refreshes = sessions.flatMap(({ id }) =>
        brokers.map(broker => operate(broker, `POST /api/sessions/${id}/refresh`)),
      );
      const statuses = new Set((await Promise.all(refreshes)).map(({ status }) => status));
      expect([sessions.length, [...statuses]]).toEqual([AT_ONCE, [200]]);
      expect(network.issuer.list().map(({ end }) => end)).toEqual(Array(AT_ONCE).fill(undefined));
    });

    it('rotate forty keys at once, and store when all were used', async () => {
      const [first] = brokers;
      if (!first) throw new Error('the brokers have not started');
      const keys: ApiKeyId[] = [];
      for (let n = 0; n < AT_ONCE; n++) {
        const session = await storeSession(first, network.url, { did: didOf(200 + n) }, 'api_key');
        keys.push((await issueKey(first, session)).id);
      }
      const uses = new Map(
        keys.map(id => [id, { lastUsedAt: new Date(), lastUsedClient: null, lastUsedNetwork: null }]),
      );
      const settled = await Promise.allSettled([
        ...keys.map((id, n) =>
          brokers[n % 2]?.app.get(ApiKeyRotations).rotate(id, undefined, { graceSeconds: 0 }, byTest),
        ),
        ...brokers.map(({ app }) => app.get(ApiKeyRepository).storeLastUses(uses)),
      ]);
      expect(settled.filter(({ status }) => status === 'rejected')).toEqual([]);
    });
  },
  ['postgres'],
);
