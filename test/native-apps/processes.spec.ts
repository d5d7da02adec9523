import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { FailPoint } from '../../src/config/values/fail-point.ts';
import type { Broker } from '../network/broker-process.ts';
import type { Network } from '../network/network.ts';
import { describeDialects, type TestDialect } from '../database/dialects.ts';
import { Deployment } from '../refresher/deployment.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { type AppSession, TestApp, toSession } from './test-app.ts';

describeDialects('a native app whose broker is killed', (_open, dialect) => {
  suite(dialect);
});

/** The point where the leader of a refresh is killed. */
function suite({ dialect, create }: TestDialect): void {
  let network: Network;
  let deployment: Deployment;
  let first: Broker;
  let app: TestApp;
  let session: AppSession;

  beforeAll(async () => {
    network = await networkOfWorker();
    const database = await create();
    const url = database.kind === 'sqlite' ? `sqlite:${database.path}` : database.url;
    deployment = await Deployment.create(network, url, `https://${dialect}.native.internal`);
    first = await deployment.start();
    app = await TestApp.register(deployment.addressOf(first));
    const [alice] = network.accounts;
    if (!alice) throw new Error('the network has no account');
    session = await app.renew(await app.login(alice));
  });
  afterAll(() => deployment.stop());

  /** Returns a broker that is killed at a moment of its next refresh. SQLite has one process at a time. */
  const startLeader = async (point: FailPoint): Promise<Broker> => {
    const leader = dialect === 'postgres' ? await deployment.start({}, true) : first;
    await leader.arm(point, 'exit');
    return leader;
  };
  const follow = async (): Promise<Broker> => {
    if (dialect === 'sqlite') first = await deployment.start();
    return first;
  };
  const exchanges = async (after: number): Promise<number> => {
    const requests = await network.listTokenRequests({ after });
    return requests.filter(({ issuerSaid }) => issuerSaid.includes('ok')).length;
  };

  it('before it sends serves the next caller at once, and the session works', async () => {
    const leader = await startLeader('after_intent');
    const before = await network.countTokenRequests();
    expect(await app.refreshOnce(session, { at: leader }).catch(() => 'killed')).toBe('killed');
    const next = dialect === 'postgres' ? first : await follow();
    const answers = await Promise.all([0, 1, 2].map(() => app.refresh(session, { at: next })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    expect(await exchanges(before)).toBe(1);
    session = await app.renew(session, { at: next });
    expect(await app.isAlive(session)).toBe(true);
  });

  it('between commit and sending does not resend the token before that is safe, and then the session works', async () => {
    const leader = await startLeader('before_send');
    const before = await network.countTokenRequests();
    expect(await app.refreshOnce(session, { at: leader }).catch(() => 'killed')).toBe('killed');
    await leader.exited;
    const next = await follow();
    const early = app.refresh(session, { at: next }).catch(() => undefined);
    if (dialect === 'sqlite') expect(await early).toMatchObject({ status: 503 });
    expect(await exchanges(before)).toBe(0);
    await passTime();
    const address = deployment.addressOf(await follow());
    await deployment.skipWaits();
    session = toSession(await app.refresh(session, { at: address }), session.key);
    expect(await app.isAlive(session)).toBe(true);
    await early;
  });

  /** Moves times back until the lost request is no longer acceptable, and gives its owner up. */
  async function passTime(): Promise<void> {
    if (dialect === 'sqlite') await first.stop();
    await deployment.withDatabase(async database => {
      const past = database.now(-20 * 60);
      const { owner } = await database
        .selectFrom('native_refresh')
        .select('owner')
        .where('attempt_state', 'is not', null)
        .executeTakeFirstOrThrow();
      await database
        .updateTable('instance')
        .set({ seen_at: past, given_up_at: database.now() })
        .where('owner', '=', owner ?? '')
        .execute();
      await database
        .updateTable('native_refresh')
        .set({ sent_at: past })
        .where('sent_at', 'is not', null)
        .execute();
    });
  }
}
