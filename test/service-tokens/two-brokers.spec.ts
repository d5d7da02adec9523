import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { TestBroker } from '../broker/test-broker.ts';
import { describeTwoBrokers, type TwoBrokers, useUntilKnown } from '../broker/two-brokers.ts';
import { operate } from '../sessions/operate.ts';
import { type StubPds, startStubPds } from '../xrpc/stub-pds.ts';
import { callerWith, mintAsAsked, newCaller, regrant } from './caller.ts';

const asked = { aud: 'did:web:registry.example.com#svc', lxm: 'com.example.push' };

describeTwoBrokers('service tokens at two brokers', suite);

function suite(brokers: () => TwoBrokers): void {
  let first: TestBroker;
  let second: TestBroker;
  let pds: StubPds;
  beforeAll(async () => {
    ({ first, second } = brokers());
    pds = await startStubPds(first);
    pds.answer = mintAsAsked;
  });
  afterAll(() => pds.stop());

  it('are refused at once where the session is revoked or narrowed, and within five seconds at the other', async () => {
    const [revoked, narrowed] = [await newCaller(first, pds.origin), await newCaller(first, pds.origin)];
    const [far, narrow] = [callerWith(second, revoked.headers), callerWith(second, narrowed.headers)];
    for (const caller of [revoked, narrowed, far, narrow]) {
      await caller.ask(asked);
      expect((await caller.ask(asked)).cached).toBe(true);
    }
    await operate(first, `DELETE /api/sessions/${revoked.sessionId}`);
    await regrant(first, narrowed.sessionId, 'atproto');
    const ended = performance.now();
    expect(await revoked.ask(asked)).toMatchObject({ status: 401 });
    await useUntilKnown(ended, () => Promise.all([far.ask(asked), narrow.ask(asked)]));
    expect(await far.ask(asked)).toMatchObject({ status: 401 });
    for (const caller of [narrowed, narrow])
      expect(await caller.ask(asked)).toMatchObject({ status: 403, error: 'ScopeMissing' });
  });
}
