import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { BrokerUnreachable, type KeyRequest, requestKey } from '../../src/client/index.ts';
import { FakeClock } from './fake-clock.ts';
import { type Reply, ScriptedBroker } from './scripted-broker.ts';

const broker = new ScriptedBroker();
let clock: FakeClock;

beforeAll(() => broker.start());
afterAll(() => broker.stop());
beforeEach(() => {
  clock = new FakeClock();
});

const state = (status: string): Reply => ({ status: 200, body: { id: 'r1', status } });
const over: Reply = { status: 401, body: { error: 'InvalidToken', message: 'Over.' } };
const away: Reply = { status: 502, body: '<html>' };

/** Requests a key that the broker then tells of by `replies`. */
async function request(...replies: Reply[]): Promise<KeyRequest> {
  const expiresAt = new Date(Date.now() + 15 * 60_000).toISOString();
  const created = { id: 'r1', authorizeUrl: `${broker.url}/connect/r1`, tempToken: 'cktmp_x', expiresAt };
  broker.play({ status: 201, body: created }, ...replies);
  const asked = { identifier: 'alice.test', name: 'Weather bot', scope: 'atproto' };
  return requestKey({ broker: broker.url, clock, ...asked, expiresInDays: 90 });
}

it('requests, waits at a growing pace, and claims', async () => {
  const key = { id: 'k1', secret: 'ckapi_x', did: 'did:plc:x' };
  const asked = await request(state('pending'), state('pending'), state('authorized'), {
    status: 200,
    body: key,
  });
  expect(asked.authorizeUrl).toBe(`${broker.url}/connect/r1`);
  await asked.untilAuthorized();
  expect(clock.waits).toEqual([1_000, 1_250, 1_562.5]);
  expect(await asked.claim('7K2M-0A1X')).toEqual(key);
  expect(broker.lines).toEqual([
    'POST /api/key-requests',
    ...Array<string>(3).fill('GET /api/key-requests/r1'),
    'POST /api/key-requests/r1/claim',
  ]);
  const input = '{"identifier":"alice.test","name":"Weather bot","scope":"atproto","expiresInDays":90}';
  expect(broker.received[0]).toMatchObject({ body: input });
  expect(broker.received[0]?.headers.authorization).toBeUndefined();
  expect(broker.received.slice(1).map(({ headers }) => headers.authorization)).toEqual(
    Array(4).fill('Bearer cktmp_x'),
  );
});

it('is not requested twice if an answer is lost', async () => {
  broker.play('broken connection', state('pending'));
  const asked = { broker: broker.url, clock, identifier: 'alice.test', name: 'bot', scope: 'atproto' };
  await expect(requestKey(asked)).rejects.toBeInstanceOf(BrokerUnreachable);
  expect(broker.left).toBe(1);
});

it('is claimed again if an answer is lost', async () => {
  const asked = await request('broken connection', {
    status: 200,
    body: { id: 'k1', secret: 'x', did: 'y' },
  });
  expect(await asked.claim('7K2M-0A1X')).toMatchObject({ secret: 'x' });
});

it.each([
  ['denied', state('denied')],
  ['expired', state('expired')],
  ['claimed', state('claimed')],
  ['ended', over],
])('ends as %s', async (reason, reply) => {
  const asked = await request(state('pending'), reply);
  await expect(asked.untilAuthorized()).rejects.toMatchObject({ name: 'KeyRequestEnded', reason });
});

it('outlives trouble, until the request expires', async () => {
  const asked = await request(away, 'broken connection', away, state('authorized'));
  await asked.untilAuthorized();
  const forlorn = await request(...Array<Reply>(60).fill(away));
  await expect(forlorn.untilAuthorized()).rejects.toMatchObject({ reason: 'expired' });
  expect(broker.left).toBeGreaterThan(20);
});

it('stops waiting when the caller gives up', async () => {
  const caller = new AbortController();
  clock.onWait = () => {
    if (clock.waits.length === 2) caller.abort(new Error('no time'));
  };
  const asked = await request(state('pending'), state('authorized'));
  await expect(asked.untilAuthorized({ signal: caller.signal })).rejects.toThrow('no time');
});

it('tells a wrong code, and the end of a request that is claimed too late', async () => {
  const wrong = { error: 'WrongClaimCode', message: 'Four tries are left.' };
  const asked = await request({ status: 403, body: wrong }, over, {
    status: 410,
    body: { error: 'KeyRequestEnded' },
  });
  await expect(asked.claim('AAAA-AAAA')).rejects.toMatchObject({
    code: 'WrongClaimCode',
    message: wrong.message,
  });
  for (let n = 0; n < 2; n++)
    await expect(asked.claim('7K2M-0A1X')).rejects.toMatchObject({ reason: 'ended' });
});
