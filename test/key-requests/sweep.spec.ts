import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from '@jest/globals';
import { ExpiredKeyRequests } from '../../src/api-keys/requests/stored/expired-key-requests.service.ts';
import { HolderlessSessionRepository } from '../../src/background/sweeps/holderless-session.repository.ts';
import { HolderlessSessions } from '../../src/background/sweeps/holderless-sessions.service.ts';
import { SessionRevocation } from '../../src/sessions/endings/session-revocation.service.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import { stopBackground } from '../background/due.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { errorOf } from '../login/answers.ts';
import { authorizeKey, KeyAsker } from '../network/key-asker.ts';
import type { Account } from '../network/network-control.ts';
import { askAndAuthorize, type AuthorizedAsk, makeOlder } from './made-up.ts';
import { keyRequestOf, sessionStatusOf } from './rows.ts';

const LIFE_SECONDS = 15 * 60;
const DAY_SECONDS = 24 * 60 * 60;
const ROUNDS = process.env.TEST_LONG ? 200 : 12;
const MOST = 50;

describeBroker('key requests that are swept', suite, { settings: { LATCHKEY_KEYS_PER_ACCOUNT: '1000' } });

function suite(broker: () => TestBroker): void {
  /** An own account, because its grants are counted. */
  let alice: Account;
  let asker: KeyAsker;
  let expired: ExpiredKeyRequests;
  let holderless: HolderlessSessions;
  beforeAll(async () => {
    await stopBackground(broker());
    alice = await broker().network.createAccount(`swept-${broker().dialect}.test`);
    asker = new KeyAsker(broker().url);
    const { app, database } = broker();
    expired = app.get(ExpiredKeyRequests);
    holderless = new HolderlessSessions(
      database,
      new HolderlessSessionRepository(database),
      app.get(SessionRevocation),
    );
  });

  /** Makes a session old, because the sweep skips new ones. */
  const settle = async (): Promise<void> => {
    await broker()
      .database.updateTable('oauth_session')
      .set({ granted_at: '2020-01-01T00:00:00.000Z' })
      .execute();
  };
  const sessionOf = async ({ asked }: AuthorizedAsk): Promise<string> =>
    (await keyRequestOf(broker(), asked.id)).session_id ?? '';

  it('expire on time, swept or not, and then their token and session end, at the issuer too', async () => {
    const before = await broker().network.countGrants(alice.did);
    const [pending, authorized] = [
      await asker.ask({ identifier: alice.handle }),
      await asker.ask({ identifier: alice.handle }),
    ];
    const owner = broker().browser();
    await authorizeKey(owner, authorized, alice);
    for (const asked of [pending, authorized]) {
      await makeOlder(broker(), asked.id, LIFE_SECONDS);
      expect(await (await asker.poll(asked)).json()).toMatchObject({ status: 'expired' });
      const ended = { status: 410, error: 'KeyRequestEnded' };
      expect(await errorOf(await asker.tryClaim(asked, '0000-0000'))).toEqual(ended);
      expect((await owner.open(`/connect/${asked.id}`)).status).toBe(410);
      expect((await owner.submit(`/connect/${asked.id}/approve`, {})).status).toBe(410);
    }
    expect(await expired.sweep(MOST, new Date())).toBe(2);
    for (const asked of [pending, authorized]) {
      expect(await keyRequestOf(broker(), asked.id)).toMatchObject({ status: 'expired', tries: 0 });
      expect((await asker.poll(asked)).status).toBe(401);
    }
    const { session_id } = await keyRequestOf(broker(), authorized.id);
    expect(await sessionStatusOf(broker(), session_id ?? '')).toBe('revoked');
    expect(await broker().network.countGrants(alice.did)).toBe(before);
    expect(await expired.sweep(MOST, new Date())).toBe(0);
  });

  it('are refused in a callback that comes too late, and its grant is revoked', async () => {
    const before = await broker().network.countGrants(alice.did);
    const asked = await asker.ask({ identifier: alice.handle });
    const { app } = broker();
    app.get(FailPoints).arm('request_granted', () => makeOlder(broker(), asked.id, LIFE_SECONDS));
    try {
      const answer = await authorizeKey(broker().browser(), asked, alice);
      expect(answer.headers.get('location')).toContain('problem=KeyRequestEnded');
    } finally {
      app.get(FailPoints).arm('request_granted', undefined);
    }
    expect(await broker().network.countGrants(alice.did)).toBe(before);
    await expired.sweep(MOST, new Date());
  });

  it('are deleted a day later in every status', async () => {
    const made = await askAndAuthorize(broker());
    await asker.claim(made.asked, made.code);
    await makeOlder(broker(), made.asked.id, LIFE_SECONDS + DAY_SECONDS - 60);
    expect(await expired.sweep(MOST, new Date())).toBe(0);
    await makeOlder(broker(), made.asked.id, 120);
    expect(await expired.sweep(MOST, new Date())).toBe(1);
    expect((await broker().browser().open(`/connect/${made.asked.id}`)).status).toBe(404);
  });

  it('keep their session alive until they are claimed, and the key does from then on', async () => {
    const made = await askAndAuthorize(broker());
    const session = await sessionOf(made);
    await settle();
    await holderless.sweep(MOST, new Date());
    expect(await sessionStatusOf(broker(), session)).toBe('active');

    const { app } = broker();
    const [claiming, going] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    app.get(FailPoints).arm('request_claiming', async () => {
      claiming.resolve(undefined);
      await going.promise;
    });
    const claim = asker.claim(made.asked, made.code);
    await claiming.promise;
    // SQLite: both wait for the claim's transaction. Postgres: both read the state before it.
    const sweeping = Promise.all([holderless.sweep(MOST, new Date()), expired.sweep(MOST, new Date())]);
    await sleep(100);
    app.get(FailPoints).arm('request_claiming', undefined);
    going.resolve(undefined);
    await Promise.all([claim, sweeping]);
    await holderless.sweep(MOST, new Date());
    expect(await sessionStatusOf(broker(), session)).toBe('active');
  });

  it('are either claimed or expired at the last moment, and no session outlives them', async () => {
    let claimed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const made = await askAndAuthorize(broker());
      const session = await sessionOf(made);
      await settle();
      await makeOlder(broker(), made.asked.id, LIFE_SECONDS - secondsLeftIn(round));
      const stopping = new AbortController();
      const sweeping = sweepUntil(stopping.signal);
      await sleep((300 * round) / ROUNDS);
      const { status } = await asker.tryClaim(made.asked, made.code);
      await sleep(100);
      stopping.abort();
      await sweeping;
      if (status === 200) claimed++;
      const row = await keyRequestOf(broker(), made.asked.id);
      const isClaimed = status === 200;
      if (!isClaimed) await letPass(made);
      expect([row.status === 'claimed', row.api_key_id !== null]).toEqual([isClaimed, isClaimed]);
      expect(await sessionStatusOf(broker(), session)).toMatch(isClaimed ? /^active$/ : /^revok/);
    }
    // The first claim is in time, the last one is late, those between them are close.
    expect(claimed).toBeGreaterThan(0);
    expect(claimed).toBeLessThan(ROUNDS);
  });

  const secondsLeftIn = (round: number): number => {
    if (round === 0) return 60;
    return round === ROUNDS - 1 ? 0 : 0.2;
  };
  const sweepUntil = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await expired.sweep(MOST, new Date());
      await holderless.sweep(MOST, new Date());
      await sleep(2); // Without it SQLite leaves no turn for timers.
    }
  };
  const letPass = async ({ asked }: AuthorizedAsk): Promise<void> => {
    await sleep(
      Math.max(0, Date.parse((await keyRequestOf(broker(), asked.id)).expires_at) - Date.now() + 5),
    );
    await expired.sweep(MOST, new Date());
  };
}
