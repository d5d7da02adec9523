import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { openDatabase, type OpenOptions } from '../../src/database/connection/open-database.ts';
import { migrateUp } from '../../src/database/migrator/migrator.ts';
import type { Schema } from '../../src/database/tables/schema.ts';
import { stopBackground } from '../background/due.ts';
import { startTestBroker } from '../broker/test-broker.ts';
import { statusOfMe } from '../login/answers.ts';
import { didOf } from '../network/fake-accounts.ts';
import { sharedNetwork } from '../network/network.ts';
import { StrictNetwork } from '../network/strict-network.ts';
import { operate } from '../sessions/operate.ts';
import { describeDialects } from './dialects.ts';
import { startTransactionPooler, type TransactionPooler } from './transaction-pooler.ts';

const AT_ONCE = 10;

describeDialects(
  'a pooler in transaction mode',
  (_open, { dialect, createEmpty }) => {
    let direct: DatabaseConfig;
    let pooler: TransactionPooler;
    const databases: Database[] = [];
    const open = async (config: DatabaseConfig, options: OpenOptions = {}): Promise<Database> => {
      const database = await openDatabase(config, options);
      databases.push(database);
      return database;
    };
    beforeAll(async () => {
      direct = await createEmpty();
      if (direct.kind !== 'postgres') throw new Error('only Postgres has poolers');
      pooler = await startTransactionPooler(direct.url);
    });
    afterAll(async () => {
      for (const database of databases) await database.destroy();
      await pooler.close();
    });

    it('is told apart from a server', async () => {
      const told: string[] = [];
      const options = (name: string): OpenOptions => ({ onTransactionPooler: () => told.push(name) });
      await open(pooler.config, options('pooler'));
      await open(direct, options('server'));
      expect(told).toEqual(['pooler']);
    });

    it('gets settings in each transaction, and none that would reach its other clients', async () => {
      const database = await open(pooler.config);
      await migrateUp(database);
      const settingsOf = (): Promise<unknown[]> =>
        Promise.all(Array.from({ length: AT_ONCE }, () => database.transact(settings)));
      expect(await settingsOf()).toEqual(
        Array(AT_ONCE).fill({ commit: 'on', statement: '30s', idle: '30s' }),
      );
      const plain = await Promise.all(Array.from({ length: AT_ONCE }, () => settings(database)));
      expect(plain).toEqual(Array(AT_ONCE).fill({ commit: 'on', statement: '0', idle: '0' }));
      await Promise.all(
        Array.from({ length: AT_ONCE }, () => sql`set synchronous_commit = off`.execute(database)),
      );
      expect(new Set((await settingsOf()).map(read => (read as { commit: string }).commit))).toEqual(
        new Set(['on']),
      );
    });

    it('is refused where single statements would not be durable, and names the remedy', async () => {
      const admin = await open(direct);
      const name = await nameOf(admin);
      await sql`alter database ${sql.id(name)} set synchronous_commit = off`.execute(admin);
      const another = await startTransactionPooler(direct.kind === 'postgres' ? direct.url : '');
      try {
        const refused = openDatabase(another.config);
        await expect(refused).rejects.toMatchObject({
          code: 'DatabaseUnavailable',
          message: expect.stringMatching(
            /pooler in transaction mode.*is off there.*alter role \w+ set synchronous_commit = on/,
          ),
        });
        expect(await settings(await open(direct))).toMatchObject({ commit: 'on' });
      } finally {
        await another.close();
        await sql`alter database ${sql.id(name)} reset synchronous_commit`.execute(admin);
      }
    });

    it('serves sign-ins and refreshes', async () => {
      const network = await StrictNetwork.start();
      const options = { network: { ...(await sharedNetwork()), pds: network.url, plc: network.url } };
      const broker = await startTestBroker(dialect, pooler.config, options);
      try {
        await stopBackground(broker);
        const statuses = await Promise.all(
          Array.from({ length: AT_ONCE }, async (_, n) => {
            const browser = broker.browser();
            const consent = await browser.beginLogin(didOf(n));
            await browser.open(`/oauth/callback?${network.authorize(consent).toString()}`, 'cross-site');
            return statusOfMe(browser);
          }),
        );
        const sessions = await broker.database.selectFrom('oauth_session').select('id').execute();
        const refreshes = await Promise.all(
          sessions.map(({ id }) => operate(broker, `POST /api/sessions/${id}/refresh`)),
        );
        expect([...statuses, ...refreshes.map(({ status }) => status)]).toEqual(Array(2 * AT_ONCE).fill(200));
        expect(broker.logLines.join('')).toContain('database pooler in transaction mode');
        expect(network.issuer.list().map(({ end }) => end)).toEqual(Array(AT_ONCE).fill(undefined));
      } finally {
        await broker.app.close();
        await network.stop();
      }
    });
  },
  ['postgres'],
);

type Settings = { commit: string; statement: string; idle: string };

async function settings(database: Kysely<Schema>): Promise<Settings> {
  const read = sql<Settings>`select current_setting('synchronous_commit') as commit,
    current_setting('statement_timeout') as statement,
    current_setting('idle_in_transaction_session_timeout') as idle`;
  const [row] = (await read.execute(database)).rows;
  if (!row) throw new Error('there are no settings');
  return row;
}

async function nameOf(database: Database): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(database);
  return rows[0]?.name ?? '';
}
