import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import { describeFaults, type FaultyPlace } from './describe-faults.ts';
import type { TestSession } from './test-session.ts';

const ROUNDS = process.env.TEST_LONG ? 50 : 3;
const IN_FLIGHT = 16;
/** Many megabytes pass through all parts at once, maybe on two cores. */
const LONG_MS = 180_000;
const upload = randomBytes(5_000_000);
/** Beyond the replay window. */
const stream = randomBytes(9_000_000);

describeFaults('a rotation under load', place => {
  suite(place);

  it(
    'loses no stream of 9 MB in flight, and needs one token request',
    async () => {
      const session = await place().signIn();
      let call = 0;
      await rotateUnderLoad(place(), session, url =>
        call++ % 8 === 0 ? uploadBlob(session, url, stream) : callGetSession(session, url),
      );
    },
    LONG_MS,
  );
});
describeFaults('a rotation under load at three instances', suite, { instances: 3 });

function suite(place: () => FaultyPlace): void {
  it(`loses no request of ${IN_FLIGHT} in flight, and needs one token request`, async () => {
    const session = await place().signIn();
    await rotateUnderLoad(place(), session, url => callGetSession(session, url));
  });

  it(
    'loses no upload of 5 MB in flight, and needs one token request',
    async () => {
      const session = await place().signIn();
      let call = 0;
      await rotateUnderLoad(place(), session, url =>
        call++ % 4 === 0 ? uploadBlob(session, url, upload) : callGetSession(session, url),
      );
    },
    LONG_MS,
  );
}

async function rotateUnderLoad(
  { brokers }: FaultyPlace,
  session: TestSession,
  call: (brokerUrl: string) => Promise<number>,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const { generation } = await session.state();
    const digest = await session.digest();
    const calls = keepCalling(index => call(brokers[index % brokers.length]?.url ?? ''));
    await session.age(54);
    await Promise.all(brokers.map(({ app }) => app.get(Refresher).refresh(session.id, { kind: 'policy' })));
    const statuses = await calls.stop();
    expect(statuses.length).toBeGreaterThanOrEqual(IN_FLIGHT);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const state = { status: 'active', generation: generation + 1, attempt_state: null };
    expect(await session.state()).toMatchObject(state);
    expect(await session.requestsOf(digest)).toMatchObject([{ issuerSaid: ['ok'] }]);
  }
}

/** Calls repeatedly, some calls at a time, until it is stopped. Returns the status of every call. */
function keepCalling(call: (index: number) => Promise<number>): { stop: () => Promise<number[]> } {
  const statuses: number[] = [];
  let stopping = false;
  const workers = Array.from({ length: IN_FLIGHT }, async (_, index) => {
    do statuses.push(await call(index));
    while (!stopping);
  });
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(workers);
      return statuses;
    },
  };
}

async function callGetSession({ browser }: TestSession, brokerUrl: string): Promise<number> {
  return (await browser.through(brokerUrl).get('/xrpc/com.atproto.server.getSession')).status;
}

async function uploadBlob({ browser }: TestSession, brokerUrl: string, body: Buffer): Promise<number> {
  const answer = await browser.through(brokerUrl).request('POST', '/xrpc/com.atproto.repo.uploadBlob', {
    body,
    headers: { 'content-type': 'application/octet-stream' },
  });
  return answer.status;
}
