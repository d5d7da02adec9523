import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { BackgroundRefresh } from '../../src/background/refresh/background-refresh.service.ts';
import { Sweeper } from '../../src/background/sweeps/sweeper.service.ts';
import { ExpiryWarnings } from '../../src/background/sweeps/expiry-warnings.service.ts';
import { ClockGuard } from '../../src/leases/clock/clock-guard.service.ts';
import { stopBackground } from '../background/due.ts';
import { callWith, grantKey, type TestKey } from '../broker/issued-key.ts';
import { accountOf } from '../broker/test-broker.ts';
import { nativeRefreshRow, oauthStateRow, tempTokenRow } from '../database/rows.ts';
import { exchange } from '../network/http-exchange.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { describeFaults, type FaultyPlace } from '../refresher/describe-faults.ts';
import type { TestSession } from '../refresher/test-session.ts';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import { asId } from '../ids.ts';
import { BrokerClock } from './broker-clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const STEPS: [string, number][] = [
  ['a day back', -DAY_MS],
  ['two hours back', -2 * HOUR_MS],
  ['eleven minutes back', -11 * MINUTE_MS],
  ['eleven minutes ahead', 11 * MINUTE_MS],
  ['a hundred days ahead', 100 * DAY_MS],
];

const TABLES = [
  'ui_session',
  'api_key',
  'key_request',
  'oauth_state',
  'temp_token',
  'native_refresh',
  'oauth_session',
] as const;

describeFaults('a database clock that steps', suite);

function suite(place: () => FaultyPlace): void {
  let clock: BrokerClock;
  let session: TestSession;
  let key: TestKey;

  beforeAll(async () => {
    const { broker, signIn } = place();
    await stopBackground(broker);
    clock = new BrokerClock(broker);
    session = await signIn();
    key = await grantKey(broker, 'alice.test', { expiresInDays: 30 });
    const soon = toTimestamp(new Date(Date.now() + 5 * HOUR_MS));
    const { database } = broker;
    await database
      .insertInto('oauth_state')
      .values(oauthStateRow({ expires_at: soon }))
      .execute();
    await database
      .insertInto('temp_token')
      .values(tempTokenRow({ expires_at: soon }))
      .execute();
    await database
      .insertInto('native_refresh')
      .values(nativeRefreshRow({ expires_at: soon }))
      .execute();
    // A study of the issuer would use up the refusals of these tests.
    const learned = { rotation_ends_access_token: 1, learned_at: database.now() } as const;
    await database
      .insertInto('issuer_trait')
      .values({ issuer: broker.network.pds, ...learned })
      .execute();
    // So old that every sweep would have its two readings.
    await clock.pass(2 * HOUR_MS);
    await work(); // What had expired by then is swept rightly.
  });

  beforeEach(async () => {
    await clock.step(0);
    await clock.pass(2 * MINUTE_MS);
    expect(guard().isTrusted()).toBe(true);
  });

  const guard = (): ClockGuard => place().broker.app.get(ClockGuard);

  /** Runs every background task once. */
  const work = async (): Promise<void> => {
    const { app } = place().broker;
    await app.get(BackgroundRefresh).run();
    await app.get(Sweeper).run();
    await app.get(ExpiryWarnings).run();
  };

  /** Returns what may not change: how many rows there are, and how many grants the issuer knows. */
  const holdings = async () => {
    const { broker } = place();
    const counts = await Promise.all(
      TABLES.map(
        async table =>
          [table, (await broker.database.selectFrom(table).select('id').execute()).length] as const,
      ),
    );
    const statuses = await broker.database.selectFrom('oauth_session').select('status').execute();
    const keys = await broker.database
      .selectFrom('api_key')
      .select('id')
      .where('revoked_at', 'is', null)
      .execute();
    return {
      rows: Object.fromEntries(counts),
      active: statuses.filter(({ status }) => status === 'active').length,
      keys: keys.length,
      grants: await broker.network.countGrants(accountOf(broker, 'alice.test').did),
    };
  };

  const calls = async (): Promise<number[]> => {
    const { broker } = place();
    const answers = [
      await session.call(),
      await callWith(broker, key, 'GET /xrpc/com.atproto.server.getSession'),
    ];
    return answers.map(({ status }) => status);
  };

  const readiness = async (): Promise<[number, unknown]> => {
    const answer = await exchange(new URL('/readyz', place().broker.url), {});
    return [answer.status, await answer.json()];
  };

  it.each(STEPS)('%s for two minutes deletes and revokes nothing, and calls go on', async (_, lead) => {
    const before = await holdings();
    await clock.step(lead, session.id, key.sessionId);
    for (let minute = 0; minute <= 2; minute++) {
      expect(guard().isTrusted()).toBe(false);
      expect(await calls()).toEqual([200, 200]);
      await work();
      await clock.pass(MINUTE_MS);
    }
    await clock.step(0, session.id, key.sessionId);
    expect(await calls()).toEqual([200, 200]);
    await work();
    await clock.pass(2 * MINUTE_MS);
    expect(guard().isTrusted()).toBe(true);
    await work();
    expect(await calls()).toEqual([200, 200]);
    expect(await holdings()).toEqual(before);
  });

  // A hundred days ahead, the token has run out by the database's clock too, and is refreshed before it is sent.
  const hidden = STEPS.filter(([, lead]) => lead < HOUR_MS);

  it.each(hidden)('%s is one refresh and no refusal if the token has run out meanwhile', async (_, lead) => {
    await session.refresh();
    await clock.pass(2 * MINUTE_MS);
    await clock.step(lead, session.id);
    const { generation } = await session.state();
    await refuseAccess(place(), 1);
    expect(await session.call()).toMatchObject({ status: 200 });
    expect(await session.isAtRest()).toBe(true);
    expect((await session.state()).generation).toBe(generation + 1);
  });

  it.each(STEPS)('%s judges no token spent whose request was lost', async (_, lead) => {
    const lost = await place().signIn();
    await place().network.armFault({
      match: { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' },
      effect: { kind: 'reset', moment: 'before' },
    });
    expect(await lost.refresh()).toMatchObject({ kind: 'failed' });
    await clock.step(lead, lost.id);
    await refuseAccess(place());
    expect(await lost.refresh()).toMatchObject({ kind: 'skipped' });
    expect(await lost.state()).toMatchObject({ status: 'active', attempt_state: 'in_doubt' });
  });

  it('a hundred days ahead leaves no session unrefreshed for as long', async () => {
    await clock.step(100 * DAY_MS, session.id);
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    await clock.step(0, session.id);
    await clock.pass(2 * MINUTE_MS);
    const { generation } = await session.state();
    await work();
    await work();
    expect((await session.state()).generation).toBe(generation + 1);
  });

  it('is told by the log, a metric and the readiness, which stays usable', async () => {
    const { broker } = place();
    const degraded = async () =>
      byLabel(readSamples(await (await scrape(broker)).text()), 'latchkey_degraded');
    expect(await readiness()).toEqual([200, { status: 'ok' }]);
    await clock.step(-2 * HOUR_MS);
    expect(await readiness()).toEqual([200, { status: 'degraded', reasons: ['database_clock'] }]);
    expect(await degraded()).toMatchObject({ database_clock: 1 });
    const told = broker.logLines.findLast(line => line.includes('database clock stepped')) ?? '{}';
    expect(JSON.parse(told)).toMatchObject({ alarm: true, stepSeconds: -7200 });
    await clock.step(0);
    await clock.pass(2 * MINUTE_MS);
    expect(await readiness()).toEqual([200, { status: 'ok' }]);
    expect(await degraded()).toMatchObject({ database_clock: 0 });
    expect(broker.logLines.join('')).toContain('database clock trusted again');
  });

  it('is noticed by the very read of a session that uses it', async () => {
    clock.stepUnnoticed(11 * MINUTE_MS, session.id);
    expect(guard().isTrusted()).toBe(true);
    await session.call();
    expect(guard().isTrusted()).toBe(false);
  });

  it('a hundred days ahead for good is believed after an hour, and ages rows another hour later', async () => {
    const { database } = place().broker;
    const expiring = { id: asId('expiring'), expires_at: toTimestamp(new Date(Date.now() + 50 * DAY_MS)) };
    await database.insertInto('temp_token').values(tempTokenRow(expiring)).execute();
    const exists = async (): Promise<boolean> => {
      await place().broker.app.get(Sweeper).run();
      const query = database.selectFrom('temp_token').select('id').where('id', '=', expiring.id);
      return (await query.executeTakeFirst()) !== undefined;
    };
    await clock.step(100 * DAY_MS);
    await clock.pass(HOUR_MS - MINUTE_MS);
    expect([guard().isTrusted(), await exists()]).toEqual([false, true]);
    await clock.pass(2 * MINUTE_MS);
    expect([guard().isTrusted(), await exists()]).toEqual([true, true]);
    await clock.pass(HOUR_MS - 3 * MINUTE_MS);
    expect([guard().isTrusted(), await exists()]).toEqual([true, true]);
    await clock.pass(10 * MINUTE_MS);
    expect(await exists()).toBe(false);
  });
}

/** Makes the PDS refuse access tokens, as if they had run out. */
async function refuseAccess({ network }: FaultyPlace, times?: number): Promise<void> {
  await network.armFault({
    match: { server: 'pds', path: '/xrpc/com.atproto.server.getSession' },
    effect: {
      kind: 'answer',
      moment: 'before',
      status: 401,
      headers: { 'www-authenticate': 'DPoP error="invalid_token"' },
    },
    ...(times !== undefined && { times }),
  });
}
