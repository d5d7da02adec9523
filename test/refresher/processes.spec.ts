import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it } from '@jest/globals';
import { type FailPoint, failPoints } from '../../src/config/values/fail-point.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { Broker } from '../network/broker-process.ts';
import type { Network } from '../network/network.ts';
import type { TokenRequest } from '../network/token-log.ts';
import type { SignedIn } from './deployment.ts';
import { describeProcesses, type ProcessPlace } from './describe-processes.ts';
import { until } from '../until.ts';

/** Once at each of five points, ten times in the long run. */
const ROUNDS = process.env.TEST_LONG ? 10 : 1;
const LIMIT_MS = 300_000 * ROUNDS;

/** A broker that was suspended for longer than this after signing must not send any more. */
const LONG_PAUSE_MS = 5_500;

/** True for the points where a refresh is on the wire, so that its response is lost with the process. */
const isOnTheWire: Record<FailPoint, boolean> = {
  after_intent: false,
  before_send: false,
  after_bytes: true,
  after_answer: true,
  before_write: true,
};

/** Suites without processes test every point. Here only the long run does, because starts are slow. */
const somePoints: readonly FailPoint[] = process.env.TEST_LONG ? failPoints : ['before_write'];

describeProcesses('a broker that is killed', (place, dialect) => {
  let survivor: Broker | undefined;
  /** The broker that the next trial kills. */
  let idle: Broker | undefined;
  beforeAll(async () => {
    if (dialect === 'postgres') survivor = await place().deployment.start();
  });

  atEachPoint('risks only the refresh on the wire', async point => {
    const { deployment, network } = place();
    const doomed = idle ?? (await deployment.start({}, survivor !== undefined));
    idle = undefined;
    const alice = await deployment.takeSession(survivor ?? doomed, 'alice.test');
    const bob = await deployment.takeSession(survivor ?? doomed, 'bob.test');
    const { generation } = await deployment.look(doomed, alice.id);
    const requests = await recordRequests(network);
    await doomed.arm(point, 'exit');
    await expect(deployment.refresh(doomed, alice.id)).rejects.toThrow();
    expect(await doomed.exited).toMatchObject({ signal: 'SIGKILL' });

    if (survivor) await deployment.giveUpOwner(alice.id);
    await deployment.letDeadlinePass(alice.id);
    const living = survivor ? [survivor] : [];
    if (!survivor || somePoints.includes(point)) {
      idle = await deployment.start({}, survivor !== undefined);
      living.push(idle);
    }
    await deployment.skipWaits();
    await Promise.all(living.map(broker => deployment.refresh(broker, alice.id)));
    for (const broker of living) {
      expect(await deployment.refresh(broker, bob.id)).toEqual({ kind: 'refreshed' });
      expect(await statusOfCall(bob.browser, broker)).toBe(200);
      await expectOutcome(place(), { broker, session: alice, isLost: isOnTheWire[point], generation });
    }
    expect(await requests.wereNeverRepeated()).toBe(true);
  });
});

describeProcesses(
  'one of two brokers that is suspended',
  place => {
    let other: Broker;
    let stopped: Broker;
    beforeAll(async () => {
      other = await place().deployment.start();
      stopped = await place().deployment.start({}, true);
    });

    atEachPoint('sends nothing when it goes on after the other took over', async point => {
      const { deployment, network } = place();
      const alice = await deployment.takeSession(other, 'alice.test');
      const { generation } = await deployment.look(other, alice.id);
      const requests = await recordRequests(network);
      await stopped.arm(point, 'pause');
      const pausing = deployment.refresh(stopped, alice.id);
      await until(
        `the refresh is at ${point}`,
        () => deployment.look(other, alice.id),
        ({ attempt }) => attempt === (point === 'after_intent' ? 'prepared' : 'sent'),
      );
      await until('the broker is stopped', () => deployment.isStopped(stopped));
      if (point === 'before_send') await delay(LONG_PAUSE_MS);
      await deployment.giveUpOwner(alice.id);
      await deployment.letDeadlinePass(alice.id);
      await deployment.refresh(other, alice.id);
      const isLost = isOnTheWire[point];
      await expectOutcome(place(), { broker: other, session: alice, isLost, generation });
      stopped.kill('SIGCONT');
      await pausing;
      if (isLost) await expectRecovery(place(), { broker: other, session: alice, generation });
      else await expectOutcome(place(), { broker: other, session: alice, isLost, generation });
      expect(await requests.wereNeverRepeated()).toBe(true);
    });
  },
  ['postgres'],
);

describeProcesses(
  'a broker',
  place => {
    let broker: Broker;
    beforeAll(async () => {
      broker = await place().deployment.start();
    });

    atEachPoint(
      'that is suspended and resumed loses nothing',
      async point => {
        const { deployment, network } = place();
        const alice = await deployment.takeSession(broker, 'alice.test');
        const { generation } = await deployment.look(broker, alice.id);
        const requests = await recordRequests(network);
        await broker.arm(point, 'pause');
        const refreshing = deployment.refresh(broker, alice.id);
        await until('the broker is stopped', () => deployment.isStopped(broker));
        broker.kill('SIGCONT');
        expect(await refreshing).toEqual({ kind: 'refreshed' });
        await expectOutcome(place(), { broker, session: alice, isLost: false, generation });
        expect(await requests.wereNeverRepeated()).toBe(true);
      },
      somePoints,
    );

    atEachPoint(
      'whose refresh crashes keeps the session, and its response if there is one',
      async point => {
        const { deployment, network } = place();
        const alice = await deployment.takeSession(broker, 'alice.test');
        const { generation } = await deployment.look(broker, alice.id);
        const requests = await recordRequests(network);
        const error = isOnTheWire[point] ? 'unknown' : 'not-sent';
        await broker.arm(point, 'throw');
        expect(await deployment.refresh(broker, alice.id)).toEqual({ kind: 'failed', error });
        expect(await deployment.look(broker, alice.id)).toMatchObject({
          status: 'active',
          attempt: 'none',
          ...(isOnTheWire[point]
            ? { generation: generation + 1, failures: 0 }
            : { generation: generation, failures: 1 }),
        });
        expect(await statusOfCall(alice.browser, broker)).toBe(200);
        expect(await deployment.refresh(broker, alice.id)).toEqual({ kind: 'refreshed' });
        expect(await statusOfCall(alice.browser, broker)).toBe(200);
        expect(await requests.wereNeverRepeated()).toBe(true);
      },
      somePoints,
    );

    it('that went through all of that exits with success', async () => {
      expect(await broker.stop()).toEqual({ code: 0, signal: null });
    });
  },
  ['sqlite'],
);

function atEachPoint(
  name: string,
  trial: (point: FailPoint) => Promise<void>,
  points: readonly FailPoint[] = failPoints,
): void {
  it.each(points)(
    `${name}: %s`,
    async point => {
      for (let round = 0; round < ROUNDS; round++) await trial(point);
    },
    LIMIT_MS,
  );
}

type Expectation = { broker: Broker; session: SignedIn; generation: number };

/** Checks that a session whose refresh was on the wire is lost with its reason, and every other works with a new token. */
async function expectOutcome(
  { deployment }: ProcessPlace,
  { broker, session, isLost, generation }: Expectation & { isLost: boolean },
): Promise<void> {
  const now = await deployment.look(broker, session.id);
  if (isLost) {
    const lost = { status: 'needs_reauth', reason: 'response_lost', generation: generation + 1 };
    expect(now).toMatchObject(lost);
  } else {
    expect(now).toMatchObject({ status: 'active', reason: null, attempt: 'none' });
    expect(now.generation).toBeGreaterThan(generation);
  }
  expect(await statusOfCall(session.browser, broker)).toBe(isLost ? 503 : 200);
}

/** The suspended broker had the response after all. Its person must sign in again, but a key works. */
async function expectRecovery(
  { deployment }: ProcessPlace,
  { broker, session: { id }, generation }: Expectation,
): Promise<void> {
  await until(
    'the session recovers',
    () => deployment.look(broker, id),
    now => now.generation === generation + 2,
  );
  expect(await deployment.look(broker, id)).toMatchObject({ status: 'active', reason: null });
  expect(await deployment.refresh(broker, id)).toEqual({ kind: 'refreshed' });
}

async function statusOfCall(browser: BrowserClient, { url }: Broker): Promise<number> {
  return (await browser.through(url).get('/xrpc/com.atproto.server.getSession')).status;
}

/** Records token requests from now on. No refresh token may be sent twice, except to add a nonce. */
async function recordRequests(network: Network): Promise<{ wereNeverRepeated: () => Promise<boolean> }> {
  const after = await network.countTokenRequests();
  return {
    wereNeverRepeated: async () => {
      const requests = (await network.listTokenRequests({ after })).filter(isNoNonceRound);
      const digests = requests.map(({ digest }) => digest);
      return new Set(digests).size === digests.length && digests.length > 0;
    },
  };
}

function isNoNonceRound({ issuerSaid }: TokenRequest): boolean {
  return !issuerSaid.includes('use_dpop_nonce');
}
