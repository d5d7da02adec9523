import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BackgroundRefresh } from '../../src/background/refresh/background-refresh.service.ts';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import { AnswerSpool } from '../../src/sessions/answers/answer-spool.service.ts';
import { routeTable } from '../access/route-table.ts';
import { makeDue, stopBackground, storeWorthlessSession, sweepNow } from '../background/due.ts';
import { oauthStateRow } from '../database/rows.ts';
import { exchange } from '../network/http-exchange.ts';
import type { Effect } from '../network/faults.ts';
import { describeFaults, type FaultyPlace } from '../refresher/describe-faults.ts';
import type { TestSession } from '../refresher/test-session.ts';
import { until } from '../until.ts';
import { byLabel, readSamples, type Sample, scrape } from './exposition.ts';
import { asId } from '../ids.ts';

const past = '2020-01-01T00:00:00.000Z';
const atRefresh = { server: 'pds', path: '/oauth/token', grantType: 'refresh_token' } as const;
const rateLimited: Effect = { kind: 'answer', moment: 'before', status: 429 };
const answerLost: Effect = { kind: 'reset', moment: 'after' };

// An own spool, because a response in a shared one alarms every broker that starts.
const spoolDirectory = await mkdtemp(join(tmpdir(), 'latchkey-metrics-spool-'));

describeFaults('metrics', suite, { settings: { LATCHKEY_SPOOL_DIR: spoolDirectory } });

function suite(place: () => FaultyPlace): void {
  let text: string;
  let samples: Sample[];
  let secrets: string[];

  // All events happen first and the metrics are read once, because database values are cached for ten seconds.
  beforeAll(async () => {
    const { broker, signIn } = place();
    await stopBackground(broker);
    const [refreshed, refused, inDoubt, waited] = [
      await signIn(),
      await signIn(),
      await signIn(),
      await signIn(),
    ];
    await refreshed.refresh();
    await refreshWith(place(), refused, rateLimited);
    await refreshWith(place(), inDoubt, answerLost);
    await waited.age(61);
    expect(await waited.call()).toMatchObject({ status: 200 });
    await leave(place(), waited);
    const worthless = await loseSession(place());
    await makeDue(broker, [refreshed.id, refused.id]);
    await place().network.armFault({ match: atRefresh, effect: rateLimited, times: 1 });
    await broker.app.get(BackgroundRefresh).run();
    await sweepTwo(place());
    await spoolOne(place());
    await exchange(new URL(`/no/such/${refreshed.id}?of=${worthless}`, broker.url));
    await exchange(new URL('/api/me', broker.url), { method: 'DELETE' });
    secrets = [
      refreshed.id,
      inDoubt.id,
      worthless,
      'did:',
      'alice',
      'bob',
      'http://',
      'https://',
      '/no/such',
    ];
    text = await (await scrape(broker)).text();
    samples = readSamples(text);
  });

  afterAll(() => rm(spoolDirectory, { recursive: true }));

  it('count sessions by status, and those in doubt', () => {
    expect(byLabel(samples, 'latchkey_sessions')).toEqual({
      active: 4,
      needs_check: 0,
      needs_reauth: 1,
      revoking: 0,
      revoked: 0,
    });
    expect(byLabel(samples, 'latchkey_sessions_in_doubt')).toEqual({ '': 1 });
  });

  it('count attempts by outcome', () => {
    expect(byLabel(samples, 'latchkey_refresh_attempts_total')).toEqual({
      refreshed: 3,
      refused: 2,
      unknown: 1,
      'invalid-grant': 1,
      rejected: 0,
      'no-tokens': 0,
      'not-sent': 0,
    });
  });

  it('measure how much of its life a token had left when it was replaced', () => {
    const below = (seconds: string): number | undefined =>
      samples.find(
        ({ name, labels }) => name === 'latchkey_token_left_seconds_bucket' && labels.le === seconds,
      )?.value;
    // One had expired. Two were fresh, with the hour that a PDS gives.
    expect([below('0'), below('2700'), below('3600')]).toEqual([1, 1, 3]);
  });

  it('measure how long requests waited for a token', () => {
    expect(byLabel(samples, 'latchkey_token_wait_seconds_count')).toEqual({ '': 1 });
    const { '': seconds = 0 } = byLabel(samples, 'latchkey_token_wait_seconds_sum');
    expect(seconds).toBeGreaterThan(0);
  });

  it('count each ended session once, even if its holders were notified several times', () => {
    expect(byLabel(samples, 'latchkey_sessions_ended_total')).toEqual({
      revoked: 1,
      response_lost: 0,
      idle: 0,
      lifetime: 0,
      account_moved: 0,
      client_changed: 0,
      other_account: 0,
      unusable_token: 0,
      restored: 0,
    });
  });

  it('count the work of the background', () => {
    expect(byLabel(samples, 'latchkey_background_sessions_total')).toEqual({
      refreshed: 1,
      skipped: 0,
      failed: 1,
      slow: 0,
      issuer_busy: 0,
      crashed: 0,
    });
    expect(byLabel(samples, 'latchkey_swept_rows_total')).toMatchObject({ oauth_state: 2, ui_session: 0 });
  });

  it('count responses in the spool', () => {
    expect(byLabel(samples, 'latchkey_spooled_answers')).toEqual({ '': 1 });
  });

  it('measure requests by route, method and class of status', () => {
    const counts = byLabel(samples, 'latchkey_http_request_duration_seconds_count');
    expect(counts).toMatchObject({
      '/xrpc/:nsid,GET,2xx': 1,
      '/xrpc/:nsid,GET,left': 1,
      'unknown,GET,4xx': 1,
      'unknown,DELETE,4xx': 1,
    });
  });

  it('describe the process', () => {
    expect(byLabel(samples, 'process_resident_memory_bytes')['']).toBeGreaterThan(0);
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  it('have labels with few values, and name no account, session, issuer or path', () => {
    for (const secret of [...secrets, place().network.pds]) expect(text).not.toContain(secret);
    const routes = Object.keys(routeTable).map(route => route.split(' ')[1] ?? '');
    const allowed: Record<string, RegExp> = {
      route: new RegExp(`^(unknown|\\*|${routes.join('|')})$`),
      method: /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|other)$/,
      status: /^([2-5]xx|left|active|needs_check|needs_reauth|revoking|revoked)$/,
      le: /^(\+Inf|[0-9.]+)$/,
      outcome: /^[a-z-]+$/,
      reason: /^[a-z_]+$/,
      at: /^[a-z_]+$/,
      result: /^[a-z_]+$/,
      step: /^[a-z_]+$/,
      state: /^[a-z]+$/,
      table: /^[a-z_]+$/,
      metric: /^latchkey_[a-z_]+$/,
    };
    for (const { labels } of samples.filter(({ name }) => name.startsWith('latchkey_')))
      for (const [label, value] of Object.entries(labels))
        expect([label, value]).toEqual([label, expect.stringMatching(allowed[label] ?? /^$/)]);
  });

  it('are for the operator alone, with their own content type, also for HEAD', async () => {
    const { broker, signIn } = place();
    const answers = await Promise.all([scrape(broker), scrape(broker, 'HEAD')]);
    for (const { status, headers } of answers)
      expect([status, headers.get('content-type')]).toEqual([
        200,
        'text/plain; version=0.0.4; charset=utf-8',
      ]);
    const anonymous = await exchange(new URL('/metrics', broker.url));
    expect([anonymous.status, await anonymous.json()]).toMatchObject([
      401,
      { error: 'AuthenticationRequired' },
    ]);
    const person = await (await signIn()).browser.get('/metrics');
    expect([person.status, await person.json()]).toMatchObject([403, { error: 'Forbidden' }]);
  });

  it('query the database at most every ten seconds', async () => {
    const { broker } = place();
    const before = readSamples(await (await scrape(broker)).text());
    await broker.database.deleteFrom('ui_session').execute();
    await broker.database.deleteFrom('oauth_session').execute();
    const after = readSamples(await (await scrape(broker)).text());
    expect(byLabel(after, 'latchkey_sessions')).toEqual(byLabel(before, 'latchkey_sessions'));
  });
}

async function refreshWith({ network }: FaultyPlace, session: TestSession, effect: Effect): Promise<void> {
  await network.armFault({ match: atRefresh, effect, times: 1 });
  expect(await session.refresh()).toMatchObject({ kind: 'failed' });
}

/** Calls a PDS and leaves before it responds. */
async function leave({ network }: FaultyPlace, session: TestSession): Promise<void> {
  const match = { server: 'pds', path: '/xrpc/com.atproto.server.getSession' } as const;
  const effect = { kind: 'delay', moment: 'before', milliseconds: 1_000 } as const;
  await network.armFault({ match, effect, times: 1 });
  await expect(session.callAndLeave(200)).rejects.toThrow();
}

/** Ends a session that its issuer does not know, while the notification of browser sessions fails. */
async function loseSession({ broker }: FaultyPlace): Promise<string> {
  const { database, app } = broker;
  const worthless = await storeWorthlessSession(broker);
  await database.schema.alterTable('ui_session').renameTo('away').execute();
  const refreshing = app.get(Refresher).refresh(worthless, { kind: 'forced' });
  await until(
    'the trouble is in the log twice',
    () => broker.logLines.filter(line => line.includes('database unavailable')),
    lines => lines.length > 1,
  );
  await database.schema.alterTable('away').renameTo('ui_session').execute();
  await refreshing;
  return worthless;
}

async function sweepTwo({ broker }: FaultyPlace): Promise<void> {
  const over = [oauthStateRow({ expires_at: past }), oauthStateRow({ expires_at: past })];
  await broker.database.insertInto('oauth_state').values(over).execute();
  await sweepNow(broker);
}

async function spoolOne({ broker, network }: FaultyPlace): Promise<void> {
  await broker.app.get(AnswerSpool).write({
    sessionId: asId('gone'),
    generation: 1,
    attemptId: asId('an-attempt'),
    issuer: network.pds,
    clientId: 'http://localhost',
    kid: null,
    dpopKey: {},
    tokens: {
      ...{ accessToken: 'a', refreshToken: 'r', expiresInSeconds: 60, scope: 'atproto' },
      ...{ isUsable: true, sub: null, odd: [] },
    },
    pds: network.pds,
    sentAt: past,
  });
}
