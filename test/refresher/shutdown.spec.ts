import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { isRequested } from '../database/dialects.ts';
import type { Broker } from '../network/broker-process.ts';
import { type Postgres, startPostgres } from '../network/postgres.ts';
import { Deployment, type SignedIn } from './deployment.ts';
import { describeProcesses, type ProcessPlace } from './describe-processes.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { listSpooled } from '../spooled-files.ts';
import { until } from '../until.ts';

/** Signals within a second count as one. */
const BETWEEN_SIGNALS_MS = 1_200;
const retryAfter: unknown = expect.stringMatching(/^[1-9]\d*$/);

describeProcesses('a broker that is stopped while its issuer is slow', place => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await place().deployment.start();
  });

  it('accepts nothing new, and finishes what it started', async () => {
    const { deployment } = place();
    const alice = await deployment.takeSession(broker, 'alice.test');
    const refresh = await refreshSlowly(place(), broker, alice, 1_500);
    const { generation } = await deployment.look(broker, alice.id);
    broker.kill('SIGTERM');
    await until('the broker takes no connection', () => isClosed(broker));
    expect(await refresh.answer).toMatchObject({ kind: 'refreshed' });
    expect(await broker.exited).toEqual({ code: 0, signal: null });
    await expectHandedBack(deployment);
    broker = await deployment.start();
    const state = { status: 'active', generation: generation + 1, attempt: 'none' };
    expect(await deployment.look(broker, alice.id)).toMatchObject(state);
    expect((await call(alice, broker)).status).toBe(200);
  });

  it('exits at once at a second signal, and risks only what was on the wire', async () => {
    const { deployment } = place();
    const alice = await deployment.takeSession(broker, 'alice.test');
    const bob = await deployment.takeSession(broker, 'bob.test');
    const refresh = await refreshSlowly(place(), broker, alice, 60_000);
    broker.kill('SIGINT');
    await until('the broker takes no connection', () => isClosed(broker));
    await delay(BETWEEN_SIGNALS_MS);
    broker.kill('SIGINT');
    expect(await broker.exited).toEqual({ code: 0, signal: null });
    await expect(refresh.answer).rejects.toThrow();
    await expectHandedBack(deployment);
    await place().network.disarmFaults();
    broker = await deployment.start();
    await deployment.refresh(broker, alice.id);
    const lost = { status: 'needs_reauth', reason: 'response_lost' };
    expect(await deployment.look(broker, alice.id)).toMatchObject(lost);
    expect(await deployment.refresh(broker, bob.id)).toEqual({ kind: 'refreshed' });
  });
});

(isRequested('postgres') ? describe : describe.skip)('a broker that ends while Postgres is away', () => {
  let postgres: Postgres;
  let deployment: Deployment;
  let spool: string;
  beforeAll(async () => {
    spool = await mkdtemp(join(tmpdir(), 'latchkey-spool-'));
    postgres = await startPostgres();
    deployment = await Deployment.create(await networkOfWorker(), await postgres.createDatabase());
  });
  afterAll(async () => {
    await deployment.stop();
    await postgres.stop();
    await rm(spool, { recursive: true });
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'leaves the response on disk for the next process (%s)',
    async signal => {
      const settings = { LATCHKEY_SPOOL_DIR: spool };
      // New ones for each, because a cached session works for five seconds without the database.
      const broker = await deployment.start(settings);
      const alice = await deployment.takeSession(broker, 'alice.test');
      const bob = await deployment.takeSession(broker, 'bob.test');
      const { generation } = await deployment.look(broker, alice.id);
      await broker.arm('before_write', 'pause');
      deployment.refresh(broker, alice.id).catch(() => undefined);
      await until('the broker is stopped', () => deployment.isStopped(broker));
      await postgres.halt();
      broker.kill('SIGCONT');
      await until(
        'the answer is in the spool',
        () => listSpooled(spool),
        files => files.length === 1,
      );
      for (const session of [alice, bob])
        expect(await call(session, broker)).toMatchObject({ status: 503, retryAfter });
      broker.kill(signal);
      expect(await broker.exited).toMatchObject(signal === 'SIGTERM' ? { code: 0 } : { signal });
      await expect(deployment.start(settings)).rejects.toThrow();
      expect(await listSpooled(spool)).toHaveLength(1);

      await postgres.resume();
      const restarted = await deployment.start(settings);
      await expectDrained(spool);
      await expectAlive(deployment, restarted, { alice, bob }, generation + 1);
      await restarted.stop();
    },
  );
});

const ENDS = ['SIGTERM', 'SIGKILL', 'a second SIGTERM'] as const;

describeProcesses(
  'a broker that is stopped while its SQLite file is locked',
  place => {
    let broker: Broker;
    beforeAll(async () => {
      broker = await place().deployment.start();
    });

    // The suite on Postgres covers the first one, which is slow here.
    it.each(process.env.TEST_LONG ? ENDS : ENDS.slice(1))(
      'leaves the response on disk for the next process (%s)',
      async how => {
        const { deployment, database } = place();
        const path = database.kind === 'sqlite' ? database.path : '';
        const spool = join(path, '..', 'spool');
        const alice = await deployment.takeSession(broker, 'alice.test');
        const bob = await deployment.takeSession(broker, 'bob.test');
        const { generation } = await deployment.look(broker, alice.id);
        await broker.arm('before_write', 'pause');
        deployment.refresh(broker, alice.id).catch(() => undefined);
        await until('the broker is stopped', () => deployment.isStopped(broker));
        const other = new Sqlite(path);
        other.exec('begin immediate');
        broker.kill('SIGCONT');
        await until(
          'the answer is in the spool',
          () => listSpooled(spool),
          files => files.length === 1,
        );
        broker.kill(how === 'SIGKILL' ? how : 'SIGTERM');
        if (how === 'a second SIGTERM') {
          await delay(BETWEEN_SIGNALS_MS);
          broker.kill('SIGTERM');
          expect(await broker.exited).toEqual({ code: 0, signal: null });
        }
        other.exec('rollback');
        other.close();
        expect(await broker.exited).toMatchObject(how === 'SIGKILL' ? { signal: how } : { code: 0 });
        broker = await deployment.start();
        await expectDrained(spool);
        await expectAlive(deployment, broker, { alice, bob }, generation + 1);
      },
    );
  },
  ['sqlite'],
);

/** Starts a refresh with a late response. Resolves when the issuer has spent the token. */
async function refreshSlowly(
  { deployment, network }: ProcessPlace,
  broker: Broker,
  { id }: SignedIn,
  milliseconds: number,
): Promise<{ answer: Promise<unknown> }> {
  // The first request only brings the nonce.
  await deployment.refresh(broker, id);
  const after = await network.countTokenRequests();
  const effect = { kind: 'delay', moment: 'after', milliseconds } as const;
  await network.armFault({ match: { server: 'pds', path: '/oauth/token' }, effect, times: 1 });
  const answer = deployment.refresh(broker, id);
  answer.catch(() => undefined); // The test checks it later.
  await until(
    'the issuer has spent the token',
    async () => (await network.listTokenRequests({ after })).at(-1),
    last => last?.issuerSaid[0] === 'ok' && !last.delivered,
  );
  return { answer };
}

type CallResult = { status: number; retryAfter: string | null };

async function call({ browser }: SignedIn, { url }: Broker): Promise<CallResult> {
  const answer = await browser.through(url).get('/xrpc/com.atproto.server.getSession');
  return { status: answer.status, retryAfter: answer.headers.get('retry-after') };
}

async function isClosed({ url }: Broker): Promise<boolean> {
  return fetch(`${url}/livez`).then(
    () => false,
    () => true,
  );
}

/** Waits until the answers that an ended process left on disk are stored. */
async function expectDrained(spool: string): Promise<void> {
  await until(
    'the spool is empty',
    () => listSpooled(spool),
    files => files.length === 0,
  );
}

/** Checks that no process has to wait for the one that exited. */
async function expectHandedBack(deployment: Deployment): Promise<void> {
  await deployment.withDatabase(async database => {
    expect(await database.selectFrom('instance').selectAll().execute()).toEqual([]);
    // The other leases are no work, but mark what was done today.
    const leases = database.selectFrom('lease').select('name').where('name', 'like', 'sweep-%');
    expect(await leases.execute()).toEqual([]);
  });
}

async function expectAlive(
  deployment: Deployment,
  broker: Broker,
  { alice, bob }: { alice: SignedIn; bob: SignedIn },
  generation: number,
): Promise<void> {
  const state = { status: 'active', generation, attempt: 'none' };
  expect(await deployment.look(broker, alice.id)).toMatchObject(state);
  for (const session of [alice, bob]) expect((await call(session, broker)).status).toBe(200);
}
