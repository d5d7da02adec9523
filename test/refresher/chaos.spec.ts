import { randomInt } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Effect } from '../network/faults.ts';
import type { TokenRequest } from '../network/token-log.ts';
import { skipWaits } from '../broker/skip-waits.ts';
import { describeFaults, type FaultyPlace } from './describe-faults.ts';
import type { TestSession } from './test-session.ts';

const STEPS = process.env.TEST_LONG ? 200 : 10;
const CALLS = 4;
const json = { 'content-type': 'application/json' };

/** `loses`: the issuer spends the token and its response is lost. */
type Trouble = { effect: Effect; loses: boolean };

const answers: [status: number, body: string, headers?: Record<string, string>][] = [
  [500, ''],
  [502, '<h1>Bad gateway</h1>', { 'content-type': 'text/html' }],
  [408, ''],
  [200, '<h1>Welcome</h1>', { 'content-type': 'text/html' }],
];

const troubles: Trouble[] = [
  { effect: { kind: 'delay', moment: 'before', milliseconds: 50 }, loses: false },
  { effect: { kind: 'delay', moment: 'after', milliseconds: 50 }, loses: false },
  { effect: { kind: 'twice' }, loses: false },
  { effect: { kind: 'reset', moment: 'before' }, loses: false },
  { effect: { kind: 'reset', moment: 'after' }, loses: true },
  { effect: { kind: 'cut' }, loses: true },
  ...answers.flatMap(([status, body, headers = {}]) => [
    { effect: { kind: 'answer', moment: 'before', status, body, headers } as const, loses: false },
    { effect: { kind: 'answer', moment: 'after', status, body, headers } as const, loses: true },
  ]),
  refusal(429, 'slow_down', { 'retry-after': '1' }),
  refusal(401, 'invalid_client'),
  refusal(400, 'invalid_dpop_proof'),
  refusal(400, 'invalid_grant'),
  refusal(400, 'use_dpop_nonce', { 'dpop-nonce': 'of-nobody' }),
];

describeFaults('random faults', suite);
describeFaults('random faults among three instances', suite, { instances: 3 });

function suite(place: () => FaultyPlace): void {
  it('lose no session whose response arrived, and resend no token with a response', async () => {
    const seed = Number(process.env.TEST_SEED ?? randomInt(2 ** 31));
    process.stdout.write(`chaos: TEST_SEED=${seed}\n`);
    const random = randomNumbers(seed);
    const { network, signIn } = place();
    const after = await network.countTokenRequests();
    let session = await signIn();
    for (let step = 0; step < STEPS; step++) {
      const armed = Array.from({ length: 1 + Math.floor(random() * 2) }, () => pick(troubles, random));
      for (const { effect } of armed)
        await network.armFault({ match: { server: 'pds', path: '/oauth/token' }, effect, times: 1 });
      await session.age(pick([54, 60], random));
      const statuses = await callEverywhere(place(), session);
      expect(statuses.filter(status => ![200, 401, 503].includes(status))).toEqual([]);
      await network.disarmFaults();
      if (!(await livesOn(place(), session))) {
        expect(armed.filter(({ loses }) => loses)).not.toEqual([]);
        // A refusal that nothing confirms is believed once it was repeated for a minute.
        const { status, reason, failures } = await session.state();
        expect(status === 'active' ? failures > 0 : reason === 'response_lost').toBe(true);
        session = await signIn();
      }
    }
    const requests = await network.listTokenRequests({ after });
    expect(requests).not.toEqual([]);
    expect(sentTooOften(requests)).toEqual([]);
  });
}

async function callEverywhere({ brokers }: FaultyPlace, session: TestSession): Promise<number[]> {
  const calls = brokers.flatMap(broker => Array.from({ length: CALLS }, () => session.call(broker)));
  return (await Promise.all(calls)).map(({ status }) => status);
}

/** Moves the time forward. Returns whether the session works again. */
async function livesOn({ brokers }: FaultyPlace, session: TestSession): Promise<boolean> {
  for (const { app } of brokers) skipWaits(app);
  for (let tries = 0; tries < 5; tries++) {
    await session.letDeadlinePass();
    const { status } = await session.call(brokers[tries % brokers.length]);
    if (status === 200 && (await session.state()).attempt_state === null) return true;
    if (status === 401) return false;
    await session.refresh();
  }
  return false;
}

/** Returns the refresh tokens that were resent after their response had arrived. */
function sentTooOften(requests: readonly TokenRequest[]): string[] {
  const answered = new Set<string>();
  const tooOften: string[] = [];
  for (const { digest, issuerSaid, delivered } of requests) {
    if (answered.has(digest)) tooOften.push(digest);
    if (delivered && issuerSaid.includes('ok')) answered.add(digest);
  }
  return tooOften;
}

function refusal(status: number, error: string, headers: Record<string, string> = {}): Trouble {
  const body = JSON.stringify({ error });
  return {
    effect: { kind: 'answer', moment: 'before', status, body, headers: { ...json, ...headers } },
    loses: false,
  };
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick');
  return item;
}

/** Returns random numbers from 0 to 1 by seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
