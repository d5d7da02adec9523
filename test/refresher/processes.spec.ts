import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it } from '@jest/globals';
import { type FailAction, type FailPoint, failPoints } from '../../src/config/values/fail-point.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { Broker } from '../network/broker-process.ts';
import type { OwnNetwork } from '../network/network.ts';
import type { TokenRequest } from '../network/token-log.ts';
import type { SignedIn } from './deployment.ts';
import { describeProcesses, type ProcessPlace } from './describe-processes.ts';
import { until } from './until.ts';

/** Each of five points once; ten times each in the long run. */
const ROUNDS = process.env.TEST_LONG ? 10 : 1;
const LIMIT_MS = 60_000 * ROUNDS;

/** A broker that was stopped for longer than this after it signed must not send any more. */
const LONG_PAUSE_MS = 5_500;

/** Whether a refresh was on the wire at a point, so that its answer is lost with the process. */
const isOnTheWire: Record<FailPoint, boolean> = {
  after_intent: false,
  before_send: false,
  after_bytes: true,
  after_answer: true,
  before_write: true,
};

/** What suites that need no process try at each point: here that is for the long run, as a start costs as much as the rest. */
const somePoints: readonly FailPoint[] = process.env.TEST_LONG ? failPoints : ['before_write'];

describeProcesses('a broker that is killed', (place, dialect) => {
  let survivor: Broker | undefined;
  beforeAll(async () => {
    if (dialect === 'postgres') survivor = await place().deployment.start();
  });

  atEachPoint('puts nothing at risk but the refresh on the wire', async point => {
    const { deployment, network } = place();
    const doomed = await start(place(), point, 'exit');
    const alice = await deployment.takeSession(survivor ?? doomed, 'alice.test');
    const bob = await deployment.takeSession(survivor ?? doomed, 'bob.test');
    const { generation } = await deployment.look(doomed, alice.id);
    const requests = await recordRequests(network);
    await expect(deployment.refresh(doomed, alice.id)).rejects.toThrow();
    expect(await doomed.exited).toMatchObject({ signal: 'SIGKILL' });

    if (survivor) await deployment.declareOwnerDead(alice.id);
    await deployment.letDeadlinePass(alice.id);
    const living = survivor ? [survivor] : [];
    if (!survivor || somePoints.includes(point))
      living.push(await deployment.start({}, survivor !== undefined));
    await Promise.all(living.map(broker => deployment.refresh(broker, alice.id)));
    for (const broker of living) {
      expect(await deployment.refresh(broker, bob.id)).toEqual({ kind: 'refreshed' });
      expect(await statusOfCall(bob.browser, broker)).toBe(200);
      await expectOutcome(place(), { broker, session: alice, isLost: isOnTheWire[point], generation });
    }
    expect(await requests.wereNeverRepeated()).toBe(true);
    for (const broker of living) if (broker !== survivor) await broker.stop();
  });
});

describeProcesses(
  'one of two brokers that is stopped',
  place => {
    let other: Broker;
    beforeAll(async () => {
      other = await place().deployment.start();
    });

    atEachPoint('sends nothing when it goes on after the other took over', async point => {
      const { deployment, network } = place();
      const stopped = await start(place(), point, 'pause');
      const alice = await deployment.takeSession(other, 'alice.test');
      const { generation } = await deployment.look(other, alice.id);
      const requests = await recordRequests(network);
      const pausing = deployment.refresh(stopped, alice.id);
      await until(async () => {
        const { attempt } = await deployment.look(other, alice.id);
        return attempt === (point === 'after_intent' ? 'prepared' : 'sent');
      });
      await until(() => deployment.isSilent(stopped));
      if (point === 'before_send') await delay(LONG_PAUSE_MS);
      await deployment.declareOwnerDead(alice.id);
      await deployment.letDeadlinePass(alice.id);
      await deployment.refresh(other, alice.id);
      const isLost = isOnTheWire[point];
      await expectOutcome(place(), { broker: other, session: alice, isLost, generation });
      stopped.kill('SIGCONT');
      await pausing;
      if (isLost) await expectRecovery(place(), { broker: other, session: alice, generation });
      else await expectOutcome(place(), { broker: other, session: alice, isLost, generation });
      expect(await requests.wereNeverRepeated()).toBe(true);
      await stopped.stop();
    });
  },
  ['postgres'],
);

describeProcesses(
  'a broker that is stopped and goes on',
  place => {
    atEachPoint(
      'has lost nothing',
      async point => {
        const { deployment, network } = place();
        const broker = await start(place(), point, 'pause');
        const alice = await deployment.takeSession(broker, 'alice.test');
        const { generation } = await deployment.look(broker, alice.id);
        const requests = await recordRequests(network);
        const refreshing = deployment.refresh(broker, alice.id);
        await until(() => deployment.isSilent(broker));
        broker.kill('SIGCONT');
        expect(await refreshing).toEqual({ kind: 'refreshed' });
        await expectOutcome(place(), { broker, session: alice, isLost: false, generation });
        expect(await requests.wereNeverRepeated()).toBe(true);
        await broker.stop();
      },
      somePoints,
    );
  },
  ['sqlite'],
);

describeProcesses(
  'a broker whose refresh crashes',
  place => {
    atEachPoint(
      'keeps the session, and its answer if there is one',
      async point => {
        const { deployment, network } = place();
        const broker = await start(place(), point, 'throw');
        const alice = await deployment.takeSession(broker, 'alice.test');
        const { generation } = await deployment.look(broker, alice.id);
        const requests = await recordRequests(network);
        const error = isOnTheWire[point] ? 'unknown' : 'not-sent';
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
        expect(await broker.stop()).toEqual({ code: 0, signal: null });
      },
      somePoints,
    );
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

/** Starts a broker beside those that run, to which something happens once at a point of a refresh. */
function start({ deployment, dialect }: ProcessPlace, point: FailPoint, action: FailAction): Promise<Broker> {
  return deployment.start({ LATCHKEY_DEV_FAIL_POINT: `${point}:${action}` }, dialect === 'postgres');
}

type Expectation = { broker: Broker; session: SignedIn; generation: number };

/** A session whose refresh was on the wire is lost and says so; every other lives on with a new token. */
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
  expect(await statusOfCall(session.browser, broker)).toBe(isLost ? 401 : 200);
}

/** The stopped broker held the answer after all. Its person has to sign in again, a key would not. */
async function expectRecovery(
  { deployment }: ProcessPlace,
  { broker, session: { id }, generation }: Expectation,
): Promise<void> {
  await until(async () => (await deployment.look(broker, id)).generation === generation + 2);
  expect(await deployment.look(broker, id)).toMatchObject({ status: 'active', reason: null });
  expect(await deployment.refresh(broker, id)).toEqual({ kind: 'refreshed' });
}

async function statusOfCall(browser: BrowserClient, { url }: Broker): Promise<number> {
  return (await browser.through(url).get('/xrpc/com.atproto.server.getSession')).status;
}

/** Watches the token requests from now on: no refresh token may be sent twice, except to add a nonce. */
async function recordRequests(network: OwnNetwork): Promise<{ wereNeverRepeated: () => Promise<boolean> }> {
  const before = (await network.listTokenRequests()).length;
  return {
    wereNeverRepeated: async () => {
      const requests = (await network.listTokenRequests()).slice(before).filter(isNoNonceRound);
      const digests = requests.map(({ digest }) => digest);
      return new Set(digests).size === digests.length && digests.length > 0;
    },
  };
}

function isNoNonceRound({ issuerSaid }: TokenRequest): boolean {
  return !issuerSaid.includes('use_dpop_nonce');
}
