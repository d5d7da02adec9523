import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { stopBackground } from '../background/due.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects, isRequested } from '../database/dialects.ts';
import { operate } from '../sessions/operate.ts';
import { type StubPds, startStubPds } from '../xrpc/stub-pds.ts';
import { callerWith, mintAsAsked, newCaller, regrant } from './caller.ts';

/** After so long every instance knows what became of a session. */
const BOUND_MS = 5_000;
const asked = { aud: 'did:web:registry.example.com#svc', lxm: 'com.example.push' };
const name = 'service tokens at two brokers';

// A file of SQLite is for one process.
if (!isRequested('postgres')) it.skip(`${name} (postgres, which DIALECTS leaves out)`, () => undefined);

describeDialects(
  name,
  (_open, { dialect, create }) => {
    let first: TestBroker;
    let second: TestBroker;
    let pds: StubPds;
    beforeAll(async () => {
      const database = await create();
      first = await startTestBroker(dialect, database);
      second = await startTestBroker(dialect, database, { peer: first });
      for (const broker of [first, second]) await stopBackground(broker);
      pds = await startStubPds(first);
      pds.answer = mintAsAsked;
    });
    afterAll(async () => {
      await pds.stop();
      await second.app.close();
      await first.app.close();
    });

    it('end at once where the session is revoked or narrowed, and within five seconds at the other', async () => {
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
      while (performance.now() - ended < BOUND_MS) {
        await Promise.all([far.ask(asked), narrow.ask(asked)]);
        await sleep(250);
      }
      expect(await far.ask(asked)).toMatchObject({ status: 401 });
      for (const caller of [narrowed, narrow])
        expect(await caller.ask(asked)).toMatchObject({ status: 403, error: 'ScopeMissing' });
    });
  },
  ['postgres'],
);
