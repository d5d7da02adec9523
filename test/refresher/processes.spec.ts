import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type FailPoint, failPoints } from '../../src/config/fail-point.ts';
import { isRequested } from '../database/dialects.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { Broker } from '../network/broker-process.ts';
import { type OwnNetwork, startNetwork } from '../network/network.ts';
import { connectPostgres } from '../network/postgres.ts';
import type { TokenRequest } from '../network/token-log.ts';
import { Deployment } from './deployment.ts';
import { until } from './until.ts';

/** Whether a refresh was on the wire at a point, so that its answer is lost with the process. */
const isOnTheWire: Record<FailPoint, boolean> = {
  after_intent: false,
  before_send: false,
  after_bytes: true,
  after_answer: true,
  before_write: true,
};

const LIMIT_MS = 90_000;

/** A broker that was stopped for longer than this after it signed must not send any more. */
const LONG_PAUSE_MS = 5_500;

let network: OwnNetwork;
let deployment: Deployment;

beforeAll(async () => {
  network = await startNetwork();
});
afterAll(() => network.stop());
afterEach(() => deployment.stop());

(isRequested('sqlite') ? describe : describe.skip)('a broker that is killed (sqlite)', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-killed-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it.each(failPoints)(
    'puts nothing at risk but the refresh on the wire: %s',
    async point => {
      deployment = await Deployment.create(network, `sqlite:${join(directory, `${point}.sqlite`)}`);
      const doomed = await deployment.start({ LATCHKEY_DEV_FAIL_POINT: `${point}:exit` });
      const alice = await deployment.signIn(doomed, 'alice.test');
      const bob = await deployment.signIn(doomed, 'bob.test');
      const requests = await recordRequests();
      await expect(deployment.refresh(doomed, alice.id)).rejects.toThrow();
      expect(await doomed.exited).toMatchObject({ signal: 'SIGKILL' });
      await deployment.letDeadlinePass(alice.id);
      const restarted = await deployment.start();
      expect(await deployment.refresh(restarted, bob.id)).toEqual({ kind: 'refreshed' });
      expect(await statusOfCall(bob.browser)).toBe(200);
      await deployment.refresh(restarted, alice.id);
      await expectOutcome(point, restarted, alice);
      expect(await requests.wereNeverRepeated()).toBe(true);
    },
    LIMIT_MS,
  );
});

(isRequested('postgres') ? describe : describe.skip)('a broker that is stopped (postgres)', () => {
  const databases: string[] = [];
  const postgres = connectPostgres(process.env.TEST_POSTGRES_URL ?? '');
  afterAll(() => Promise.all(databases.map(url => postgres.dropDatabase(url))));

  it.each(failPoints)(
    'sends nothing when it goes on after another took over: %s',
    async point => {
      const databaseUrl = await postgres.createDatabase();
      databases.push(databaseUrl);
      deployment = await Deployment.create(network, databaseUrl);
      const stopped = await deployment.start({ LATCHKEY_DEV_FAIL_POINT: `${point}:pause` });
      const other = await deployment.start({}, true);
      const alice = await deployment.signIn(other, 'alice.test');
      const requests = await recordRequests();
      const pausing = deployment.refresh(stopped, alice.id);
      await until(() =>
        hasAttempt(alice.id, isOnTheWire[point] || point === 'before_send' ? 'sent' : 'prepared'),
      );
      await delay(point === 'before_send' ? LONG_PAUSE_MS : 1_000);
      await deployment.declareOwnerDead(alice.id);
      await deployment.letDeadlinePass(alice.id);
      await deployment.refresh(other, alice.id);
      await expectOutcome(point, other, alice);
      stopped.kill('SIGCONT');
      await pausing;
      if (isOnTheWire[point]) await expectRecovery(other, alice.id);
      else await expectOutcome(point, other, alice);
      expect(await requests.wereNeverRepeated()).toBe(true);
    },
    LIMIT_MS,
  );
});

type SignedIn = { browser: BrowserClient; id: string };

/** A session whose refresh was on the wire is lost and says so; every other lives on with its new token. */
async function expectOutcome(point: FailPoint, broker: Broker, { browser, id }: SignedIn): Promise<void> {
  const lost = { status: 'needs_reauth', reason: 'response_lost', generation: 2 };
  const alive = { status: 'active', reason: null, generation: 2 };
  expect(await deployment.look(broker, id)).toMatchObject(isOnTheWire[point] ? lost : alive);
  expect(await statusOfCall(browser)).toBe(isOnTheWire[point] ? 401 : 200);
}

/** The stopped broker held the answer after all. Its person has to sign in again, a key would not. */
async function expectRecovery(broker: Broker, id: string): Promise<void> {
  await until(async () => (await deployment.look(broker, id)).generation === 3);
  expect(await deployment.look(broker, id)).toMatchObject({ status: 'active', reason: null });
  expect(await deployment.refresh(broker, id)).toEqual({ kind: 'refreshed' });
}

async function statusOfCall(browser: BrowserClient): Promise<number> {
  return (await browser.get('/xrpc/com.atproto.server.getSession')).status;
}

async function hasAttempt(id: string, state: string): Promise<boolean> {
  const row = await deployment.withDatabase(database =>
    database.selectFrom('oauth_session').select('attempt_state').where('id', '=', id).executeTakeFirst(),
  );
  return row?.attempt_state === state;
}

/** Watches the token requests from now on: no refresh token may be sent twice, except to add a nonce. */
async function recordRequests(): Promise<{ wereNeverRepeated: () => Promise<boolean> }> {
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
