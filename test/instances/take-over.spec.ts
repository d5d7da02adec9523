import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { Database } from '../../src/database/connection/database.ts';
import { InstanceGiveUp } from '../../src/leases/instance-give-up.service.ts';
import { Instances } from '../../src/leases/instances.service.ts';
import { SpoolDirectory } from '../../src/leases/spool-directory.service.ts';
import { FailPoints } from '../../src/single-use/fail-points.service.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import { Shutdown } from '../../src/waiting/shutdown.service.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { skipWaits } from '../broker/skip-waits.ts';
import { describeDialects } from '../database/dialects.ts';
import type { OwnNetwork } from '../network/network.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { type CallAnswer, signIn, TestSession } from '../refresher/test-session.ts';
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
  let network: OwnNetwork;
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
    await allowUpdates(second.database);
  });
  afterAll(async () => {
    for (const broker of running) await broker.app.close();
    await rm(directory, { recursive: true });
  });

  /** Has a broker spend a refresh token, and keeps its answer out of the database. Returns the running refresh. */
  async function spoolAnswer(broker: TestBroker): Promise<{ refreshing: Promise<unknown> }> {
    broker.app.get(FailPoints).arm('before_write', () => refuseUpdates(second.database));
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
      expect(await through(broker, session).call(broker)).toMatchObject({ status: 200 });
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
        void allowUpdates(second.database).then(() => {
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
      'whose issuer lets access tokens survive a rotation': () => armWorkingTokens(network, session),
    };

    it.each(Object.entries(kinds))('loses no session %s', async (_name, prepare) => {
      const digest = await session.digest();
      const { refreshing } = await spoolAnswer(first);
      await Promise.all([stop(first), refreshing]);
      await allowUpdates(second.database);
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
      await allowUpdates(second.database);
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
    await allowUpdates(second.database);
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
    await allowUpdates(second.database);
    await expectAnswerIsUsed(digest);
  });
}

function through(broker: TestBroker, session: TestSession): TestSession {
  return new TestSession(broker, session.browser.through(broker.url), session.id);
}

async function refuseUpdates(database: Database): Promise<void> {
  await sql`create or replace function refuse() returns trigger language plpgsql
    as $$ begin raise exception 'the disk is in trouble'; end $$`.execute(database);
  await sql`create or replace trigger refuse before update on oauth_session
    for each row execute function refuse()`.execute(database);
}

async function allowUpdates(database: Database): Promise<void> {
  await sql`drop trigger if exists refuse on oauth_session`.execute(database);
}

/** Makes connections find functions of the database's own before those of the server. */
async function makeClockSteppable(config: DatabaseConfig): Promise<void> {
  const database = await openDatabase(config);
  const name = config.kind === 'postgres' ? new URL(config.url).pathname.slice(1) : '';
  await stepClock(database, '0');
  await sql`alter database ${sql.ref(name)} set search_path = public, pg_catalog`.execute(database);
  await database.destroy();
}

/** Steps the clock that brokers read. */
async function stepClock(database: Database, offset: string): Promise<void> {
  await sql`create or replace function public.statement_timestamp() returns timestamptz language sql stable
    as ${sql.lit(`select pg_catalog.statement_timestamp() + interval '${offset}'`)}`.execute(database);
}

/** Has the PDS accept the access token, as one does whose access tokens survive a rotation. */
async function armWorkingTokens(network: OwnNetwork, { broker, id }: TestSession): Promise<void> {
  const body = JSON.stringify({ did: (await broker.app.get(SessionRepository).findSession(id))?.did });
  await network.armFault({
    match: { server: 'pds', path: '/xrpc/com.atproto.server.getSession' },
    effect: { kind: 'answer', moment: 'before', status: 200, body },
  });
}
