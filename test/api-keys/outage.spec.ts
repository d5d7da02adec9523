import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { ApiKeyLastUse } from '../../src/api-keys/keys/api-key-last-use.service.ts';
import { ApiKeyCache } from '../../src/api-keys/keys/api-key.cache.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { callWith, grantKey, issueKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import { describeBroker, startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects, isRequested } from '../database/dialects.ts';
import { askForwardAuth, bearer, introspect } from '../introspection/ask.ts';
import { type Postgres, startPostgres } from '../network/postgres.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { until } from '../until.ts';

const WHO = 'GET /xrpc/com.atproto.server.getSession';
const toTheMinute: unknown = expect.stringMatching(/:00\.000Z$/);

// Postgres only: a server can be away. A failing SQLite file causes the same error.
(isRequested('postgres') ? describe : describe.skip)('a key while Postgres is away', () => {
  let postgres: Postgres;
  let broker: TestBroker;
  beforeAll(async () => {
    postgres = await startPostgres();
    const database = { kind: 'postgres', url: await postgres.createDatabase() } as const;
    const settings = { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' };
    broker = await startTestBroker('postgres', database, { settings });
  });
  afterAll(async () => {
    await broker.app.close();
    await postgres.stop();
  });

  it('gets 503, works again afterwards, and has its use stored late', async () => {
    const key = await grantKey(broker);
    expect((await callWith(broker, key, WHO)).status).toBe(200);
    await postgres.halt();
    try {
      await broker.app.get(ApiKeyLastUse).flush();
      broker.app.get(ApiKeyCache).forgetWhere(() => true);
      const refused = await callWith(broker, key, WHO);
      expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
      expect(await refused.json()).toMatchObject({ error: 'DatabaseUnavailable' });
      const forwarded = await askForwardAuth(broker, bearer(key.secret));
      expect([forwarded.status, forwarded.error]).toEqual([503, 'DatabaseUnavailable']);
      expect(await introspect(broker, key.secret, broker.secrets.adminToken)).toMatchObject({
        error: 'DatabaseUnavailable',
      });
      // A malformed key is not looked up.
      expect((await callWith(broker, { secret: `${key.secret}0` }, WHO)).status).toBe(401);
    } finally {
      await postgres.resume();
    }
    await until(
      'the key works',
      () => callWith(broker, key, WHO),
      ({ status }) => status === 200,
    );
    await broker.app.get(ApiKeyLastUse).flush();
    expect(await lastUses(broker)).toEqual([toTheMinute]);
    expect(await useFailures(broker)).toBeGreaterThan(0);
  });
});

describeBroker('a key whose last use cannot be stored', broker => {
  it('keeps working, the failure is counted, and the use is stored as soon as possible', async () => {
    const { app, database } = broker();
    const key = await issueKey(broker(), await storeSession(broker(), broker().network.pds, {}, 'api_key'));
    expect((await callWith(broker(), key, 'GET /api/me')).status).toBe(200);
    await sql`alter table api_key rename column last_used_at to lost`.execute(database);
    await app.get(ApiKeyLastUse).flush();
    expect(await useFailures(broker())).toBe(1);
    await sql`alter table api_key rename column lost to last_used_at`.execute(database);
    expect((await callWith(broker(), key, 'GET /api/me')).status).toBe(200);
    await app.get(ApiKeyLastUse).onApplicationShutdown();
    expect(await lastUses(broker())).toEqual([toTheMinute]);
    expect(await useFailures(broker())).toBe(1);
  });
});

describeDialects('a key that was used just before its broker ended', (_open, { dialect, create }) => {
  it('has its last use and its calls stored', async () => {
    const config = await create();
    const broker = await startTestBroker(dialect, config);
    const session = await storeSession(broker, broker.network.pds, {}, 'api_key');
    const key = await issueKey(broker, session);
    expect((await callWith(broker, key, 'GET /api/me')).status).toBe(200);
    await broker.app.close();
    const database = await openDatabase(config);
    const row = await database.selectFrom('api_key').select('last_used_at').executeTakeFirst();
    const usage = await database.selectFrom('key_usage').select(['api_key_id', 'answered']).execute();
    await database.destroy();
    expect(row?.last_used_at).toEqual(toTheMinute);
    expect(usage).toEqual([{ api_key_id: key.id, answered: 1 }]);
  });
});

async function lastUses({ database }: TestBroker): Promise<(string | null)[]> {
  const rows = await database.selectFrom('api_key').select('last_used_at').execute();
  return rows.map(row => row.last_used_at);
}

async function useFailures(broker: TestBroker): Promise<number | undefined> {
  const samples = readSamples(await (await scrape(broker)).text());
  return byLabel(samples, 'latchkey_api_key_last_used_failures_total')[''];
}
