import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import {
  BrokerError,
  brokerErrorOf,
  KeyRefused,
  LatchkeyClient,
  NeedsOwner,
} from '../../src/client/index.ts';
import { FakeClock } from './fake-clock.ts';
import { type Reply, ScriptedBroker } from './scripted-broker.ts';

const key = `ckapi_${'0a'.repeat(32)}`;
const busy: Reply = { status: 429, headers: { 'retry-after': '2' } };
const done: Reply = { status: 200, body: { uri: 'at://done' } };
const path = '/xrpc/com.atproto.repo.createRecord';
const me = { did: 'did:plc:x', pds: 'https://pds.test', scope: 'atproto' };

/** A reply of the broker itself. */
function refusal(
  status: number,
  error: string,
  fields: object = {},
  headers: Record<string, string> = {},
): Reply {
  const told = status === 503 ? { 'retry-after': '5' } : {};
  return {
    status,
    headers: { 'latchkey-error': error, ...told, ...headers },
    body: { error, message: 'Why.', ...fields },
  };
}

const broker = new ScriptedBroker();
let clock: FakeClock;
let client: LatchkeyClient;

beforeAll(() => broker.start());
afterAll(async () => {
  jest.restoreAllMocks();
  await broker.stop();
});
beforeEach(() => {
  clock = new FakeClock();
  jest.spyOn(Math, 'random').mockReturnValue(0);
  client = new LatchkeyClient({ broker: broker.url, key, clock });
});

const post = (init: RequestInit = {}): Promise<Response> =>
  client.fetchHandler(path, { method: 'POST', body: '{"text":"hi"}', ...init });

it('sends the key, and the call as it is', async () => {
  broker.play(done);
  const response = await post({
    headers: { 'content-type': 'application/json', authorization: 'Bearer other' },
  });
  expect(await response.json()).toEqual({ uri: 'at://done' });
  expect(broker.received).toMatchObject([
    {
      line: `POST ${path}`,
      body: '{"text":"hi"}',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    },
  ]);
});

it('waits as told and sends the same again', async () => {
  broker.play(busy, refusal(503, 'TokenUnavailable'), done);
  expect((await post()).status).toBe(200);
  expect(clock.waits).toEqual([2_000, 5_000]);
  expect(broker.received.map(({ body }) => body)).toEqual(Array(3).fill('{"text":"hi"}'));
});

it('never repeats a post that may have been written', async () => {
  broker.play({ status: 503, headers: { 'retry-after': '1' } }, done);
  expect((await post()).status).toBe(503);
  broker.play('broken connection', done);
  await expect(post()).rejects.toThrow(`No answer from ${broker.url}: other side closed`);
  expect([broker.left, clock.waits]).toEqual([1, []]);
});

it('never repeats a body that is a stream', async () => {
  const body = new Blob(['picture']).stream();
  broker.play(busy, done);
  expect((await post({ body, duplex: 'half' } as RequestInit)).status).toBe(429);
  expect([broker.left, broker.received[0]?.body]).toEqual([1, 'picture']);
});

it.each([
  ['bytes', new TextEncoder().encode('picture')],
  ['a blob', new Blob(['picture'])],
  ['an array buffer', new TextEncoder().encode('picture').buffer],
])('repeats a body of %s', async (_what, body) => {
  broker.play(busy, done);
  expect((await post({ body })).status).toBe(200);
  expect(broker.received.map(received => received.body)).toEqual(['picture', 'picture']);
});

it('repeats a query whose connection broke', async () => {
  broker.play('broken connection', done);
  expect((await client.fetchHandler('/xrpc/app.bsky.feed.getTimeline')).status).toBe(200);
  expect(clock.waits).toEqual([250]);
});

it('waits no longer than a minute in all, and returns what it was told then', async () => {
  broker.play(...Array<Reply>(4).fill({ status: 429, headers: { 'retry-after': '25' } }));
  expect((await post()).status).toBe(429);
  expect([clock.waits, broker.left]).toEqual([[25_000, 25_000], 1]);
});

it('does not begin a wait that is longer than what is left', async () => {
  broker.play({ status: 429, headers: { 'ratelimit-reset': '3600' } }, done);
  expect((await post()).headers.get('ratelimit-reset')).toBe('3600');
  expect([clock.waits, broker.left]).toEqual([[], 1]);
});

it('waits not at all if told so', async () => {
  client = new LatchkeyClient({ broker: broker.url, key, clock, maxWaitMs: 0 });
  broker.play(busy, done);
  expect((await post()).status).toBe(429);
});

it('ends a wait when the caller gives up, with the reason', async () => {
  const caller = new AbortController();
  clock.onWait = () => {
    caller.abort(new Error('no time'));
  };
  broker.play(busy, done);
  await expect(post({ signal: caller.signal })).rejects.toThrow('no time');
  await expect(post({ signal: caller.signal })).rejects.toThrow('no time');
  expect([broker.received.length, broker.left]).toEqual([1, 1]);
});

it('ends a real wait at once when the caller gives up', async () => {
  client = new LatchkeyClient({ broker: broker.url, key });
  broker.play({ status: 429, headers: { 'retry-after': '50' } });
  const caller = new AbortController();
  const response = post({ signal: caller.signal });
  setTimeout(() => {
    caller.abort(new Error('no time'));
  }, 50);
  await expect(response).rejects.toThrow('no time');
});

it('throws what needs the owner, with the link, also through a library that wraps it', async () => {
  const reconnectUrl = `${broker.url}/oauth/login?reconnect=1`;
  broker.play(refusal(401, 'ReauthorizationRequired', { reconnectUrl }, { 'latchkey-request-id': 'r1' }));
  const thrown: unknown = await post().catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(NeedsOwner);
  expect(thrown).toMatchObject({ reconnectUrl, status: 401, requestId: 'r1', message: 'Why.' });
  expect(brokerErrorOf(new Error('wrapped', { cause: new Error('twice', { cause: thrown }) }))).toBe(thrown);
  expect([brokerErrorOf(new Error('other')), brokerErrorOf('text')]).toEqual([undefined, undefined]);
});

it("throws that the key is refused, and leaves a 401 of the account's server to the caller", async () => {
  broker.play(refusal(401, 'InvalidToken'), { status: 401, body: { error: 'InvalidToken' } });
  await expect(post()).rejects.toBeInstanceOf(KeyRefused);
  expect((await post()).status).toBe(401);
});

it('returns every other refusal as it is, for the library to explain', async () => {
  broker.play(refusal(403, 'ScopeMissing'));
  expect(await (await post()).json()).toMatchObject({ error: 'ScopeMissing' });
});

it('tells the account, after a wait', async () => {
  broker.play(refusal(503, 'DatabaseUnavailable'), { status: 200, body: me });
  expect(await client.me()).toEqual(me);
  expect(broker.lines).toEqual(['GET /api/me', 'GET /api/me']);
});

it('gets a service token, which may be minted twice', async () => {
  const token = { token: 'eyJ', expiresAt: '2026-01-01T00:00:00.000Z', cached: false };
  broker.play('broken connection', { status: 200, body: token });
  expect(await client.serviceToken({ aud: 'did:web:x#y', lxm: 'com.example.push' })).toEqual(token);
  expect(broker.received[1]?.body).toBe('{"aud":"did:web:x#y","lxm":"com.example.push"}');
});

it.each([
  ['an error', refusal(403, 'ScopeMissing'), { code: 'ScopeMissing', message: 'Why.', status: 403 }],
  ['a page in its place', { status: 500, body: '<html>' }, { code: 'UnexpectedResponse', status: 500 }],
  ['another server', { status: 200, body: '<html>' }, { code: 'UnexpectedResponse', status: 200 }],
  [
    'a redirect',
    { status: 302, headers: { location: '/elsewhere' } },
    { code: 'UnexpectedResponse', status: 302 },
  ],
  ['a list', { status: 200, body: [] }, { code: 'UnexpectedResponse' }],
] as [string, Reply, object][])('throws a typed error for %s', async (_what, reply, expected) => {
  broker.play(reply);
  const thrown: unknown = await client.me().catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(BrokerError);
  expect(thrown).toMatchObject(expected);
});

it('tells how long to wait if it may not wait that long itself', async () => {
  broker.play({
    status: 429,
    headers: { 'retry-after': '300' },
    body: { error: 'TooManyRequests', message: 'Slow.' },
  });
  await expect(client.me()).rejects.toMatchObject({ code: 'TooManyRequests', retryAfterMs: 300_000 });
});

it('sends the key to its broker only', async () => {
  broker.play();
  for (const wrong of ['https://evil.example/xrpc/a.b.c', 'xrpc/a.b.c', '@evil.example/'])
    await expect(client.fetchHandler(wrong)).rejects.toThrow('must begin with "/"');
  await client.fetchHandler('//evil.example/xrpc/a.b.c');
  expect(broker.lines).toEqual(['GET //evil.example/xrpc/a.b.c']);
  expect(() => new LatchkeyClient({ broker: broker.url, key: 'an app password' })).toThrow(
    'must be an API key',
  );
});

it('finds a broker below a path', async () => {
  client = new LatchkeyClient({ broker: `${broker.url}/latchkey/`, key: ` ${key}\n`, clock });
  broker.play({ status: 200, body: me });
  await client.me();
  expect(broker.lines).toEqual(['GET /latchkey/api/me']);
});
