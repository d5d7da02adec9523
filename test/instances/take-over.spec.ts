import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DatabaseConfig } from '../../src/config/config.ts';
import { InstanceGiveUp } from '../../src/leases/instances/instance-give-up.service.ts';
import { Instances } from '../../src/leases/instances/instances.service.ts';
import { SpoolDirectory } from '../../src/leases/spools/spool-directory.service.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import { Shutdown } from '../../src/waiting/shutdown.service.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { skipWaits } from '../broker/skip-waits.ts';
import { allowWrites, makeClockSteppable, refuseWrites, stepClock } from '../database/database-faults.ts';
import { describeDialects } from '../database/dialects.ts';
import type { Network } from '../network/network.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { type CallAnswer, signIn, type TestSession } from '../refresher/test-session.ts';
import { listSpooled } from '../spooled-files.ts';
import { until } from '../until.ts';

const HOUR_SECONDS = 3_600;

/** Calls `allow` at a moment of the broker's end. */
type Hook = (allow: () => void, refreshing: Promise<unknown>) => void;

describeDialects(
  'two brokers',
  (_open, { create }) => {
    describe('of which one', suite.bind(undefined, create));
  },
  ['postgres'],
);

function suite(create: () => Promise<DatabaseConfig>): void {
  let network: Network;
  let database: DatabaseConfig;
  let directory: string;
  let first: TestBroker;
  let second: TestBroker;
  let session: TestSession;
  let running: TestBroker[] = [];

  const spoolOf = (name: string): string => join(directory, name);
  const start = async (spool: string, inPlaceOf?: TestBroker): Promise<TestBroker> => {
    const settings = { LATCHKEY_SPOOL_DIR: spoolOf(spool) };
    const [peer] = running;
    const broker = await startTestBroker('postgres', database, {
      network,
      settings,
      ...(inPlaceOf ? { inPlaceOf } : peer && { peer }),
    });
    running.push(broker);
    return broker;
  };
  const stop = async (broker: TestBroker): Promise<void> => {
    running = running.filter(each => each !== broker);
    await broker.app.close();
  };

  beforeAll(async () => {
    network = await networkOfWorker();
    directory = await mkdtemp(join(tmpdir(), 'latchkey-take-over-'));
    database = await create();
    await makeClockSteppable(database);
    first = await start('first');
    second = await start('second');
  });
  beforeEach(async () => {
    session = await signIn(second);
  });
  afterEach(async () => {
    await network.disarmFaults();
    await allowUpdates();
  });
  afterAll(async () => {
    for (const broker of running) await broker.app.close();
    await rm(directory, { recursive: true });
  });

  const allowUpdates = (): Promise<void> => allowWrites(second.database, 'oauth_session');

  /** Has a broker spend a refresh token, and keeps its answer out of the database. Returns the running refresh. */
  async function spoolAnswer(broker: TestBroker): Promise<{ refreshing: Promise<unknown> }> {
    broker.app.get(FailPoints).arm('before_write', () => refuseWrites(second.database, 'oauth_session'));
    const refreshing = session.refresh(broker);
    await until(
      'the answer is in the spool',
      () => listSpooled(directory),
      files => files.length === 1,
    );
    broker.app.get(FailPoints).arm('before_write', undefined);
    return { refreshing };
  }

  /** Makes the owner of the session's attempt silent for eleven minutes, and its request too old to be accepted. */
  async function letElevenMinutesPass(): Promise<void> {
    const { database: rows } = second;
    await rows
      .updateTable('instance')
      .set({ seen_at: rows.now(-11 * 60) })
      .where('owner', '=', eb => eb.selectFrom('oauth_session').select('owner').where('id', '=', session.id))
      .execute();
    await rows
      .updateTable('oauth_session')
      .set({ sent_at: rows.now(-11 * 60) })
      .where('id', '=', session.id)
      .where('sent_at', 'is not', null)
      .execute();
    skipWaits(second.app);
  }

  async function browserSessions(): Promise<number> {
    const rows = await second.database
      .selectFrom('ui_session')
      .select('id')
      .where('session_id', '=', session.id)
      .execute();
    return rows.length;
  }

  async function isListed(broker: TestBroker): Promise<boolean> {
    const { spoolId } = broker.app.get(SpoolDirectory);
    const rows = second.database.selectFrom('instance').select('owner').where('owner', '=', spoolId);
    return (await rows.execute()).length > 0;
  }

  /** Starts the first broker again, and checks that the session lives on with the answer that was on its disk. */
  async function expectAnswerIsUsed(digest: string): Promise<void> {
    first = await start('first', first);
    await until(
      'the spool is empty',
      () => listSpooled(directory),
      files => files.length === 0,
    );
    expect(await session.state()).toMatchObject({ status: 'active', attempt_state: null });
    expect(await session.exchangesOf(digest)).toBe(1);
    expect(await browserSessions()).toBe(1);
    for (const broker of [first, second])
      expect(await session.at(broker).call()).toMatchObject({ status: 200 });
  }

  describe('ends with an answer on its disk', () => {
    const moments: [string, Hook | undefined][] = [
      [
        'when it begins to end',
        allow => {
          first.app.get(Shutdown).signal.addEventListener('abort', allow);
        },
      ],
      ['when its refresh has ended', (allow, refreshing) => void refreshing.then(allow)],
      ['when it has ended', undefined],
    ];

    it.each(moments)('and a database that accepts it %s', async (_name, hook) => {
      const digest = await session.digest();
      const { refreshing } = await spoolAnswer(first);
      const allowed = Promise.withResolvers<undefined>();
      const allow = (): void => {
        void allowUpdates().then(() => {
          allowed.resolve(undefined);
        });
      };
      hook?.(allow, refreshing);
      await Promise.all([stop(first), refreshing]);
      if (!hook) allow();
      await allowed.promise;
      // It is on the list exactly while its disk holds the answer.
      expect(await isListed(first)).toBe((await listSpooled(directory)).length > 0);
      await letElevenMinutesPass();
      await session.refresh(second);
      await expectAnswerIsUsed(digest);
    });
  });

  describe('is away for eleven minutes with an answer on its disk', () => {
    const kinds = {
      'whose access token works no more': () => Promise.resolve(),
      'whose access token has run out': () => session.age(70),
      'whose issuer lets access tokens survive a rotation': () => session.armWorkingToken(),
    };

    it.each(Object.entries(kinds))('loses no session %s', async (_name, prepare) => {
      const digest = await session.digest();
      const { refreshing } = await spoolAnswer(first);
      await Promise.all([stop(first), refreshing]);
      await allowUpdates();
      await prepare();
      await letElevenMinutesPass();
      expect(await session.refresh(second)).toMatchObject({ kind: 'skipped', until: expect.any(Date) });
      expect(await session.state()).toMatchObject({ status: 'active', generation: 1, attempt_state: 'sent' });
      expect(await browserSessions()).toBe(1);
      await network.disarmFaults();
      const { status, retryAfter }: CallAnswer = await session.call(second);
      expect(status).toBe(503);
      expect(Number(retryAfter)).toBeGreaterThan(0.75 * HOUR_SECONDS);
      expect(Number(retryAfter)).toBeLessThanOrEqual(HOUR_SECONDS);
      await expectAnswerIsUsed(digest);
    });

    it('loses the session to an operator who gives it up', async () => {
      const { refreshing } = await spoolAnswer(first);
      await Promise.all([stop(first), refreshing]);
      await allowUpdates();
      await letElevenMinutesPass();
      const by = { actor: { kind: 'operator' } } as const;
      await second.app.get(InstanceGiveUp).giveUp(first.app.get(SpoolDirectory).spoolId, by);
      await session.refresh(second);
      expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason: 'response_lost' });
      first = await start('first', first);
      await until(
        'the spool is empty',
        () => listSpooled(directory),
        files => files.length === 0,
      );
    });
  });

  it('ends before it sends, settles the attempt at its next start, and another one may send', async () => {
    const digest = await session.digest();
    const failPoints = first.app.get(FailPoints);
    const never = Promise.withResolvers<undefined>();
    const reached = Promise.withResolvers<undefined>();
    failPoints.arm('before_send', () => {
      reached.resolve(undefined);
      return never.promise;
    });
    void session.refresh(first);
    await reached.promise;
    // It dies: the slot becomes free, and nothing is cleaned up.
    first.app.get(SpoolDirectory).release();
    const dead = first;
    first = await start('first');
    await until(
      'its attempt is in doubt',
      () => session.state(),
      ({ attempt_state }) => attempt_state === 'in_doubt',
    );
    await letElevenMinutesPass();
    await second.database.updateTable('instance').set({ seen_at: second.database.now() }).execute();
    expect(await session.refresh(second)).toEqual({ kind: 'refreshed' });
    expect(await session.exchangesOf(digest)).toBe(1);
    failPoints.arm('before_send', undefined);
    never.reject(new Error('dead'));
    await stop(dead);
    await first.app.get(Instances).beat(); // The dead one has taken their common row off the list.
  });

  it('is not judged by a database clock that steps while its request travels', async () => {
    const digest = await session.digest();
    const effect = { kind: 'delay', moment: 'before', milliseconds: 3_000 } as const;
    await session.refresh(first); // The first request only brings the nonce.
    const next = await session.digest();
    await network.armFault({ match: { server: 'pds', path: '/oauth/token' }, effect, times: 1 });
    const refreshing = session.refresh(first);
    await until(
      'the request is sent',
      () => session.state(),
      ({ attempt_state }) => attempt_state === 'sent',
    );
    await stepClock(second.database, '11 minutes');
    expect(await Promise.race([session.refresh(second), refreshing])).not.toMatchObject({ kind: 'failed' });
    expect(await refreshing).toEqual({ kind: 'refreshed' });
    await stepClock(second.database, '0');
    expect(await session.exchangesOf(digest)).toBe(1);
    expect(await session.exchangesOf(next)).toBe(1);
    expect(await session.state()).toMatchObject({ status: 'active', attempt_state: null });
    expect(await session.call(second)).toMatchObject({ status: 200 });
  });

  it('ends in a directory that others share, and its answer is stored by one that runs', async () => {
    const [third, fourth] = [await start('shared'), await start('shared')];
    const digest = await session.digest();
    const { refreshing } = await spoolAnswer(fourth);
    await Promise.all([stop(fourth), stop(third), refreshing]);
    await allowUpdates();
    expect(await isListed(fourth)).toBe(true);
    // The next process acquires the first slot, and drains the other one.
    const fifth = await start('shared');
    expect(fifth.app.get(SpoolDirectory).spoolId).toBe(third.app.get(SpoolDirectory).spoolId);
    await until('the ended one is off the list', async () => !(await isListed(fourth)));
    expect(await listSpooled(directory)).toEqual([]);
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2, attempt_state: null });
    expect(await session.exchangesOf(digest)).toBe(1);
    expect(await session.call(second)).toMatchObject({ status: 200 });
    await stop(fifth);
  });

  it('left its answer where older releases kept them, and the next one stores it', async () => {
    const digest = await session.digest();
    const { refreshing } = await spoolAnswer(first);
    await Promise.all([stop(first), refreshing]);
    const [file = ''] = await listSpooled(directory);
    await rename(join(directory, file), join(spoolOf('first'), basename(file)));
    await allowUpdates();
    await expectAnswerIsUsed(digest);
  });
}
