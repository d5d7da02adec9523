import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionId } from '../../src/database/tables/id.ts';
import { BackgroundRefresh } from '../../src/background/refresh/background-refresh.service.ts';
import type { RefreshRun } from '../../src/background/refresh/refresh-run.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { signIn, type TestSession } from '../refresher/test-session.ts';
import { leaveIdle, makeDue, stopBackground, storeWorthlessSession } from './due.ts';
import { asId } from '../ids.ts';

const DAY_MS = 24 * 60 * 60_000;

describeBroker('a background run', suite);

function suite(broker: () => TestBroker): void {
  const run = (withinSeconds?: number): Promise<RefreshRun> =>
    broker().app.get(BackgroundRefresh).run(withinSeconds);

  beforeAll(() => stopBackground(broker()));
  // Removes rows of other tests.
  beforeEach(() => broker().database.updateTable('oauth_session').set({ next_refresh_at: null }).execute());

  it('refreshes a session in use once when it is due', async () => {
    const session = await signIn(broker());
    const digest = await session.digest();
    expect(await run()).toEqual({ refreshed: 0, skipped: 0, failed: [] });
    await makeDue(broker(), [session.id]);
    expect(await run()).toEqual({ refreshed: 1, skipped: 0, failed: [] });
    expect(await run()).toEqual({ refreshed: 0, skipped: 0, failed: [] });
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2, attempt_state: null });
    expect(await session.requestsOf(digest)).toHaveLength(1);
    expect(await session.call()).toMatchObject({ status: 200 });
  });

  it('postpones an idle session until it needs a keep-alive, and refreshes it then', async () => {
    const session = await signIn(broker());
    await leaveIdle(broker(), session.id, 25);
    await makeDue(broker(), [session.id]);
    expect(await run()).toEqual({ refreshed: 0, skipped: 1, failed: [] });
    const inMs = (await nextRefreshOf(broker(), session)) - Date.now();
    expect(inMs).toBeGreaterThan(3.9 * DAY_MS);
    expect(inMs).toBeLessThan(5 * DAY_MS);

    await session.age(5 * 24 * 60);
    await makeDue(broker(), [session.id]);
    expect(await run()).toEqual({ refreshed: 1, skipped: 0, failed: [] });
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2 });
  });

  it('reports correct counts, and continues after failures', async () => {
    const sessions = [await signIn(broker()), await signIn(broker()), await signIn(broker(), 'bob.test')];
    const [used, idle, other] = sessions.map(({ id }) => id) as [SessionId, SessionId, SessionId];
    await leaveIdle(broker(), idle, 48);
    const worthless = [await storeWorthlessSession(broker()), await storeWorthlessSession(broker())];
    await makeDue(broker(), [...worthless, used, idle, other]);
    const { refreshed, skipped, failed } = await run();
    expect({ refreshed, skipped }).toEqual({ refreshed: 2, skipped: 1 });
    expect(failed.map(({ id }) => id).sort()).toEqual(worthless.sort());
    expect(await Promise.all(sessions.map(session => session.state()))).toMatchObject([
      { generation: 2 },
      { generation: 1 },
      { generation: 2 },
    ]);
  });

  it('survives a session whose row cannot be opened', async () => {
    const [broken, sound] = [await signIn(broker()), await signIn(broker())];
    const { database } = broker();
    await database.updateTable('oauth_session').set({ scope: 'x' }).where('id', '=', broken.id).execute();
    await makeDue(broker(), [broken.id, sound.id]);
    expect(await run()).toEqual({
      refreshed: 1,
      skipped: 0,
      failed: [{ id: broken.id, error: 'crashed' }],
    });
    expect(await broken.state()).toMatchObject({ status: 'active', generation: 1 });
  });

  it('covers more sessions than it claims at once, and each of them once', async () => {
    const ids: SessionId[] = [];
    while (ids.length < 70) ids.push(await storeWorthlessSession(broker()));
    for (const id of ids) await leaveIdle(broker(), id, 48);
    await makeDue(broker(), ids);
    expect(await run()).toEqual({ refreshed: 0, skipped: 70, failed: [] });
    const week = await run(7 * 24 * 3600);
    expect(week).toMatchObject({ refreshed: 0, skipped: 0 });
    expect(week.failed.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  it('stops at once on shutdown, and running refreshes continue', async () => {
    const session = await signIn(broker());
    await makeDue(broker(), [session.id]);
    const [reached, released] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    broker()
      .app.get(FailPoints)
      .arm('after_intent', () => {
        reached.resolve(undefined);
        return released.promise;
      });
    const stopping = new AbortController();
    const running = broker().app.get(BackgroundRefresh).run(0, stopping.signal);
    await reached.promise;
    stopping.abort();
    expect(await running).toEqual({ refreshed: 0, skipped: 0, failed: [{ id: session.id, error: 'slow' }] });
    broker().app.get(FailPoints).arm('after_intent', undefined);
    released.resolve(undefined);
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2 });
  });

  describe('for an external cron', () => {
    it('refreshes sessions that will be due soon, once, and reports its counts', async () => {
      const sessions = [await signIn(broker()), await signIn(broker())];
      const worthless = await storeWorthlessSession(broker());
      await dueIn(broker(), [...sessions.map(({ id }) => id), worthless], 30 * 60);
      expect(await ask(broker(), { withinSeconds: 20 * 60 })).toEqual({
        refreshed: 0,
        skipped: 0,
        failed: [],
      });
      expect(await ask(broker(), { withinSeconds: 40 * 60 })).toEqual({
        refreshed: 2,
        skipped: 0,
        failed: [{ id: worthless, error: expect.stringMatching(/^[a-z_-]+$/) }],
      });
      for (const session of sessions) expect(await session.state()).toMatchObject({ generation: 2 });
    });

    it('skips sessions that back off', async () => {
      const session = await signIn(broker());
      await dueIn(broker(), [session.id], 600);
      await broker()
        .database.updateTable('oauth_session')
        .set({ failures: 1 })
        .where('id', '=', session.id)
        .execute();
      expect(await ask(broker(), { withinSeconds: 3600 })).toMatchObject({ refreshed: 0, failed: [] });
      await makeDue(broker(), [session.id]);
      expect(await ask(broker(), {})).toMatchObject({ refreshed: 1, failed: [] });
    });

    it('looks ahead at most one day', async () => {
      expect(await ask(broker(), { withinSeconds: 86_401 })).toMatchObject({ error: 'InvalidRequest' });
    });
  });
}

async function dueIn({ database }: TestBroker, ids: readonly string[], seconds: number): Promise<void> {
  await database
    .updateTable('oauth_session')
    .set({ next_refresh_at: database.now(seconds) })
    .where('id', 'in', ids.map(asId))
    .execute();
}

async function ask({ url, secrets }: TestBroker, body: object): Promise<unknown> {
  const answer = await exchange(new URL('/api/sessions/refresh-due', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${secrets.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.json();
}

async function nextRefreshOf({ database }: TestBroker, { id }: TestSession): Promise<number> {
  const row = await database
    .selectFrom('oauth_session')
    .select('next_refresh_at')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return Date.parse(row.next_refresh_at ?? '');
}
