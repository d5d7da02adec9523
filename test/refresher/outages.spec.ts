import { afterEach, expect, it, jest } from '@jest/globals';
import { FailPoints } from '../../src/sessions/fail-points.ts';
import { listenOnLoopback } from '../network/loopback-server.ts';
import { describeFaults, type FaultyPlace } from './describe-faults.ts';
import type { TestSession } from './test-session.ts';

const CALLS = 10;

describeFaults('what is around a refresh', suite);
describeFaults('what is around a refresh by a confidential client', suite, { confidential: true });

function suite(place: () => FaultyPlace): void {
  afterEach(() => {
    jest.restoreAllMocks();
    place().broker.app.get(FailPoints).arm('before_send', undefined);
  });

  it('is not begun while the PLC directory is down', async () => {
    const { signIn, network } = place();
    const session = await signIn();
    await network.armFault({
      match: { server: 'plc', path: '/*' },
      effect: { kind: 'reset', moment: 'before' },
    });
    await expectPutOff(session);
    await network.disarmFaults();
    await expectRecovery(session);
  });

  it('is not begun while the DID document names a PDS of another issuer', async () => {
    const { signIn, network } = place();
    const session = await signIn();
    const other = await startOtherIssuer(network.pds);
    const effect = { kind: 'rewrite', from: network.pds, to: other.url } as const;
    await network.armFault({ match: { server: 'plc', path: '/*' }, effect });
    await expectPutOff(session);
    await network.disarmFaults();
    await other.stop();
    await expectRecovery(session);
  });

  it('is put off when the connection is refused', async () => {
    const { signIn, network, broker } = place();
    const session = await signIn();
    broker.app.get(FailPoints).arm('before_send', network.haltPds);
    await expectPutOff(session, { pdsAnswers: false });
    broker.app.get(FailPoints).arm('before_send', undefined);
    await network.resumePds();
    await expectRecovery(session);
  });

  it('is asked for once a minute at most by a PDS that refuses every token, and callers get 502', async () => {
    const { signIn, network } = place();
    const session = await signIn();
    await network.armFault({
      match: { server: 'pds', path: '/xrpc/*' },
      effect: {
        kind: 'answer',
        moment: 'before',
        status: 401,
        headers: { 'www-authenticate': 'DPoP error="invalid_token"', 'content-type': 'application/json' },
        body: '{"error":"invalid_token"}',
      },
    });
    const fresh = await session.digest();
    expect(await callTogether(session)).toEqual(Array<number>(CALLS).fill(502));
    expect(await session.digest()).toBe(fresh);
    await session.age(2);
    expect(await callTogether(session)).toEqual(Array<number>(CALLS).fill(502));
    expect(await callTogether(session)).toEqual(Array<number>(CALLS).fill(502));
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2 });
    expect(await session.exchangesOf(fresh)).toBe(1);
    expect(await session.requestsOf(await session.digest())).toEqual([]);
    await network.disarmFaults();
    expect(await session.call()).toMatchObject({ status: 200 });
  });

  it('goes on when its caller leaves', async () => {
    const { signIn, network } = place();
    const session = await signIn();
    await network.armFault({
      match: { server: 'pds', path: '/oauth/token' },
      effect: { kind: 'delay', moment: 'after', milliseconds: 500 },
      times: 2,
    });
    await session.age(60);
    await expect(session.callAndLeave(300)).rejects.toThrow();
    expect(await session.state()).toMatchObject({ generation: 1 });
    expect(await session.call()).toMatchObject({ status: 200 });
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2 });
  });

  it.each([-10, 10])("goes well when the broker's clock is off by %i minutes", async minutes => {
    const session = await place().signIn();
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + minutes * 60_000);
    for (let generation = 2; generation <= 4; generation++) {
      const digest = await session.digest();
      expect(await session.refresh()).toEqual({ kind: 'refreshed' });
      expect(await session.state()).toMatchObject({ status: 'active', generation, failures: 0 });
      expect(await session.exchangesOf(digest)).toBe(1);
      expect(await session.call()).toMatchObject({ status: 200 });
    }
  });
}

/** A refresh that fails changes nothing but the time of the next: no token was sent, and the old one goes on. */
async function expectPutOff(session: TestSession, { pdsAnswers = true } = {}): Promise<void> {
  const digest = await session.digest();
  expect(await session.refresh()).toMatchObject({ kind: 'failed', error: 'not-sent' });
  expect(await session.state()).toMatchObject({
    status: 'active',
    generation: 1,
    attempt_state: null,
    failures: 1,
  });
  expect(await session.requestsOf(digest)).toEqual([]);
  if (pdsAnswers) expect(await session.call()).toMatchObject({ status: 200 });
}

async function expectRecovery(session: TestSession): Promise<void> {
  const digest = await session.digest();
  await session.letDeadlinePass();
  expect(await session.refresh()).toEqual({ kind: 'refreshed' });
  expect(await session.state()).toMatchObject({ status: 'active', generation: 2, failures: 0 });
  expect(await session.exchangesOf(digest)).toBe(1);
  expect(await session.call()).toMatchObject({ status: 200 });
}

async function callTogether(session: TestSession): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: CALLS }, () => session.call()));
  return answers.map(({ status }) => status);
}

/** A server that answers for a PDS and its issuer as the real one does, under its own name. */
async function startOtherIssuer(pds: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = await listenOnLoopback();
  const url = `http://localhost:${server.port}`;
  server.answerWith((request, response) => {
    void fetch(new URL(request.url ?? '/', pds)).then(async answer => {
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end((await answer.text()).replaceAll(pds, url));
    });
  });
  return { url, stop: server.stop };
}
