import { afterEach, expect, it } from '@jest/globals';
import { BackgroundRefresh } from '../../src/background/background-refresh.service.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects, isRequested } from '../database/dialects.ts';
import { signIn } from '../refresher/test-session.ts';
import { makeDue, stopBackground } from './due.ts';

const SESSIONS = 8;
const ROUNDS = process.env.TEST_LONG ? 50 : 3;
const name = 'background runs of two brokers';

// A file of SQLite is for one process.
if (!isRequested('postgres')) it.skip(`${name} (postgres, which DIALECTS leaves out)`, () => undefined);

describeDialects(
  name,
  (_open, { dialect, create }) => {
    const brokers: TestBroker[] = [];
    afterEach(async () => {
      for (const { app } of brokers.toReversed()) await app.close();
    });

    it('refresh each session once between them', async () => {
      const database = await create();
      const first = await startTestBroker(dialect, database);
      brokers.push(first, await startTestBroker(dialect, database, { peer: first }));
      for (const broker of brokers) await stopBackground(broker);
      const sessions = [];
      while (sessions.length < SESSIONS) sessions.push(await signIn(first));
      const ids = sessions.map(({ id }) => id);
      for (let generation = 1; generation <= ROUNDS; generation++) {
        const digests = await Promise.all(sessions.map(session => session.digest()));
        await makeDue(first, ids);
        const runs = await Promise.all(brokers.map(({ app }) => app.get(BackgroundRefresh).run()));
        expect(runs.map(({ failed }) => failed)).toEqual([[], []]);
        expect(runs.reduce((sum, { refreshed }) => sum + refreshed, 0)).toBe(SESSIONS);
        for (const [index, session] of sessions.entries()) {
          expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
          expect(await session.requestsOf(digests[index] ?? '')).toHaveLength(1);
          expect(await session.call(brokers[index % 2])).toMatchObject({ status: 200 });
        }
      }
    });
  },
  ['postgres'],
);
