import { connect } from 'node:net';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { ApiKeyLastUse } from '../../src/api-keys/keys/api-key-last-use.service.ts';
import { dayOf, daysBefore, type KeyUsageOnDay } from '../../src/api-keys/usage/key-usage.ts';
import { KeyUsageRepository } from '../../src/api-keys/usage/key-usage.repository.ts';
import { KeyUsage } from '../../src/api-keys/usage/key-usage.service.ts';
import type { ApiKeyId } from '../../src/database/tables/id.ts';
import { Log } from '../../src/observability/log/log.ts';
import { Metrics } from '../../src/observability/metrics/metrics.ts';
import { stopBackground, sweepNow } from '../background/due.ts';
import { callWith, grantKey, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { asId } from '../ids.ts';
import { askForwardAuth, bearer, introspect, leaveSession } from '../introspection/ask.ts';
import { exchange } from '../network/http-exchange.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { callSession, openSession } from '../password-sessions/calls.ts';
import { until } from '../until.ts';

const WHO = 'GET /xrpc/com.atproto.server.getSession';
const NO_RECORD = 'GET /xrpc/com.atproto.repo.getRecord?repo=did:web:x&collection=a.b.c&rkey=1';
const nowhere = 'http://127.0.0.1:9';
const none = { answered: 0, refused: 0, failed: 0 };

describeBroker('the use of a key', suite, {
  settings: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1', LATCHKEY_KEYS_PER_ACCOUNT: '100' },
});

function suite(broker: () => TestBroker): void {
  const usage = (): KeyUsage => broker().app.get(KeyUsage);
  const newKey = async (pds = broker().network.pds): Promise<TestKey> =>
    issueKey(broker(), await storeSession(broker(), pds, {}, 'api_key'));
  const call = async (key: TestKey, line: string): Promise<number> =>
    (await callWith(broker(), key, line)).status;

  beforeAll(() => stopBackground(broker()));
  beforeEach(async () => {
    await usage().flush();
    await broker().database.deleteFrom('key_usage').execute();
  });

  /** Waits for the end of the last response, which a caller may see before the broker does. */
  const counted = async ({ id }: Pick<TestKey, 'id'>, calls: number): Promise<KeyUsageOnDay | undefined> =>
    until(
      `${calls} calls are counted`,
      async () => {
        await usage().flush();
        return (await rowsOf(broker(), id))[0];
      },
      row => (row ? row.answered + row.refused + row.failed : 0) >= calls,
    );

  describe('is counted by outcome', () => {
    it('at the PDS, at the broker and by its tokens', async () => {
      const key = await grantKey(broker());
      expect([await call(key, WHO), await call(key, 'GET /api/me')]).toEqual([200, 200]);
      expect([await call(key, NO_RECORD), await call(key, 'GET /api/keys')]).toEqual([400, 403]);
      const aud = 'did:web:api.bsky.app';
      const minted = await callWith(broker(), key, 'POST /api/service-tokens', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ aud, lxm: 'app.bsky.feed.getTimeline' }),
      });
      expect(minted.status).toBe(200);
      expect(await counted(key, 5)).toMatchObject({ answered: 3, refused: 2, failed: 0 });
    });

    it('in its password sessions', async () => {
      const key = await grantKey(broker());
      const pair = await openSession(broker(), key);
      const wrong = { identifier: 'bob.test', password: key.secret };
      expect((await callSession(broker(), 'createSession', { body: wrong })).status).toBe(401);
      expect((await callSession(broker(), 'getSession', { token: pair.accessJwt })).status).toBe(200);
      const renewed = await callSession(broker(), 'refreshSession', { token: pair.refreshJwt });
      expect(renewed.status).toBe(200);
      await callSession(broker(), 'deleteSession', { token: String(renewed.body.refreshJwt) });
      expect(await counted(key, 5)).toMatchObject({ answered: 4, refused: 1, failed: 0 });
    });

    it('where an AppView identifies it', async () => {
      const key = await newKey();
      expect((await askForwardAuth(broker(), bearer(key.secret))).status).toBe(204);
      const { adminToken } = broker().secrets;
      expect(await introspect(broker(), key.secret, adminToken)).toMatchObject({ active: true });
      await leaveSession(broker(), key.sessionId, 'needs_reauth');
      expect(await introspect(broker(), key.secret, adminToken)).toEqual({ active: false });
      expect((await askForwardAuth(broker(), bearer(key.secret))).status).toBe(401);
      expect(await counted(key, 4)).toMatchObject({ answered: 2, refused: 2, failed: 0 });
    });

    it('while its PDS is away, and when its caller leaves before the response', async () => {
      const key = await newKey(nowhere);
      expect(await call(key, WHO)).toBe(502);
      await leaveHalfway(broker(), key);
      expect(await counted(key, 2)).toMatchObject({ answered: 0, refused: 0, failed: 2 });
    });

    it('only once it was verified', async () => {
      const key = await newKey();
      await call({ ...key, secret: `${key.secret.slice(0, -1)}x` }, 'GET /api/me');
      await call({ ...key, secret: 'eyJhbGciOiJub25lIn0.e30.' }, 'GET /api/me');
      expect(await call(key, 'GET /api/me')).toBe(200);
      await counted(key, 1);
      const rows = await broker().database.selectFrom('key_usage').selectAll().execute();
      expect(rows).toEqual([{ api_key_id: key.id, day: dayOf(new Date()), ...none, answered: 1 }]);
    });
  });

  describe('is stored', () => {
    const anotherInstance = (): KeyUsage => {
      const log = new Log({ write: () => undefined });
      return new KeyUsage(broker().app.get(KeyUsageRepository), new Metrics(log), log);
    };
    const beforeMidnight = Date.parse('2026-03-01T23:59:59.999Z');

    it('by the day on which the call ended, by several instances at once', async () => {
      const [id, other] = [(await newKey()).id, (await newKey()).id].sort();
      if (!id || !other) throw new Error('there are no keys');
      const instances = [usage(), anotherInstance()];
      for (const [index, instance] of instances.entries())
        for (const key of index === 0 ? [id, other] : [other, id]) {
          instance.count(key, 'answered', beforeMidnight);
          instance.count(key, 'answered', beforeMidnight);
          instance.count(key, 'failed', beforeMidnight + 1);
        }
      await Promise.all(instances.map(instance => instance.flush()));
      for (const key of [id, other])
        expect(await rowsOf(broker(), key)).toEqual([
          { api_key_id: key, day: '2026-03-01', ...none, answered: 4 },
          { api_key_id: key, day: '2026-03-02', ...none, failed: 2 },
        ]);
    });

    it('once after a failure, with what was counted meanwhile', async () => {
      const { id } = await newKey();
      await sql`alter table key_usage rename to lost`.execute(broker().database);
      try {
        usage().count(id, 'answered', beforeMidnight);
        const failing = usage().flush();
        usage().count(id, 'refused', beforeMidnight);
        await failing;
      } finally {
        await sql`alter table lost rename to key_usage`.execute(broker().database);
      }
      await usage().flush();
      await usage().flush();
      expect(await rowsOf(broker(), id)).toEqual([
        { api_key_id: id, day: '2026-03-01', answered: 1, refused: 1, failed: 0 },
      ]);
    });

    it('for 400 days', async () => {
      const { id } = await newKey();
      const dayMs = 24 * 60 * 60_000;
      for (const age of [0, 399, 402, 500]) usage().count(id, 'answered', Date.now() - age * dayMs);
      await usage().flush();
      await sweepNow(broker());
      const days = (await rowsOf(broker(), id)).map(({ day }) => day);
      expect(days).toEqual([daysBefore(new Date(), 399), dayOf(new Date())]);
    });
  });

  describe('is told', () => {
    const ask = async (id: string, headers: Record<string, string>) => {
      const answer = await exchange(new URL(`/api/keys/${id}/usage`, broker().url), { headers });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const asOwner = async (id: string, did: `did:plc:${string}`) => {
      const cookie = await storeCookie(broker(), await storeSession(broker(), broker().network.pds, { did }));
      return ask(id, { cookie: `latchkey=${cookie}` });
    };

    it('to its owner and the operator for 30 days in order, with days without calls', async () => {
      const key = await newKey();
      const now = new Date();
      const [today, first, tooOld] = [dayOf(now), daysBefore(now, 29), daysBefore(now, 30)];
      const rows = [today, first, tooOld].map(day => ({ api_key_id: key.id, day, ...none, refused: 3 }));
      await broker().database.insertInto('key_usage').values(rows).execute();
      const { body, status } = await asOwner(key.id, key.did as `did:plc:${string}`);
      const days = body.days as { date: string }[];
      expect([status, days.length]).toEqual([200, 30]);
      expect(days.map(({ date }) => date)).toEqual(days.map(({ date }) => date).toSorted());
      expect([days[0], days[1], days.at(-1)]).toEqual([
        { date: first, ...none, refused: 3 },
        { date: daysBefore(now, 28), ...none },
        { date: today, ...none, refused: 3 },
      ]);
      expect(await ask(key.id, bearer(broker().secrets.adminToken))).toEqual({ status: 200, body });
    });

    it('to no other account, and not for a key that does not exist', async () => {
      const key = await newKey();
      for (const id of [key.id, '00000000-0000-4000-8000-000000000000', 'x%00'])
        expect(await asOwner(id, 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb')).toMatchObject({
          status: 404,
          body: { error: 'NotFound' },
        });
    });
  });

  describe('is stored with its program and network', () => {
    const lastUseOf = async ({ id }: TestKey) => {
      await broker().app.get(ApiKeyLastUse).flush();
      const columns = ['last_used_client', 'last_used_network'] as const;
      const query = broker().database.selectFrom('api_key').select(columns);
      const row = await query.where('id', '=', asId(id)).executeTakeFirstOrThrow();
      return [row.last_used_client, row.last_used_network];
    };
    const from = (address: string, userAgent: string) => ({
      headers: { 'x-forwarded-for': address, 'user-agent': userAgent },
    });

    it('but not with its full address', async () => {
      const key = await newKey();
      await callWith(broker(), key, 'GET /api/me', from('2001:db8:7:8::9', 'python-httpx/0.27.0 (x)'));
      expect(await lastUseOf(key)).toEqual(['python-httpx/0.27.0', '2001:db8:7::/48']);
    });

    it('also in a password session, and an earlier use does not replace it', async () => {
      const key = await grantKey(broker());
      const { headers } = from('203.0.113.9', 'atproto.blue v1');
      const body = { identifier: key.did, password: key.secret };
      await callSession(broker(), 'createSession', { headers, body });
      expect(await lastUseOf(key)).toEqual(['atproto.blue', '203.0.113.0/24']);
      const later = '2099-01-01T00:00:00.000Z';
      await broker().database.updateTable('api_key').set({ last_used_at: later }).execute();
      await broker().app.get(ApiKeyLastUse).flush();
      await callWith(broker(), key, 'GET /api/me', from('198.51.100.1', 'other/1'));
      expect(await lastUseOf(key)).toEqual(['atproto.blue', '203.0.113.0/24']);
    });
  });
}

async function rowsOf({ database }: TestBroker, id: ApiKeyId): Promise<KeyUsageOnDay[]> {
  return database.selectFrom('key_usage').selectAll().where('api_key_id', '=', id).orderBy('day').execute();
}

/** Sends half a body with a key, and closes the connection. */
async function leaveHalfway(broker: TestBroker, { secret }: TestKey): Promise<void> {
  const before = await acceptedKeys(broker);
  const { hostname, port, host } = new URL(broker.url);
  const socket = connect(Number(port), hostname);
  const head = [
    'POST /xrpc/com.atproto.repo.uploadBlob HTTP/1.1',
    `host: ${host}`,
    `authorization: Bearer ${secret}`,
  ];
  socket.write([...head, 'content-type: text/plain', 'content-length: 10', '', 'half'].join('\r\n'));
  await until(
    'the key is accepted',
    () => acceptedKeys(broker),
    accepted => accepted > before,
  );
  socket.destroy();
}

async function acceptedKeys(broker: TestBroker): Promise<number> {
  const samples = readSamples(await (await scrape(broker)).text());
  return byLabel(samples, 'latchkey_api_key_validations_total').accepted ?? 0;
}
