import { describe, expect, it } from '@jest/globals';
import { BackgroundRefresh } from '../../src/background/background-refresh.service.ts';
import { isRequested, describeDialects } from '../database/dialects.ts';
import { startTestBroker } from '../broker/test-broker.ts';
import { signIn } from '../refresher/test-session.ts';
import { makeDue, stopBackground } from './due.ts';

const SESSIONS = 8;

// SQLite is for one process.
if (isRequested('postgres')) {
  describeDialects('background runs of two brokers', (_open, { dialect, create }) => {
    if (dialect === 'sqlite') return;
    it('refresh each session once between them', async () => {
      const database = await create();
      const first = await startTestBroker(dialect, database);
      const second = await startTestBroker(dialect, database, { peer: first });
      const brokers = [first, second];
      try {
        for (const broker of brokers) await stopBackground(broker);
        const sessions = [];
        while (sessions.length < SESSIONS) sessions.push(await signIn(first));
        for (let generation = 1; generation <= 3; generation++) {
          const digests = await Promise.all(sessions.map(session => session.digest()));
          await makeDue(
            first,
            sessions.map(({ id }) => id),
          );
          const runs = await Promise.all(brokers.map(({ app }) => app.get(BackgroundRefresh).run()));
          expect(runs.map(({ failed }) => failed)).toEqual([[], []]);
          expect(runs.reduce((sum, { refreshed }) => sum + refreshed, 0)).toBe(SESSIONS);
          for (const [index, session] of sessions.entries()) {
            expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
            expect(await session.requestsOf(digests[index] ?? '')).toHaveLength(1);
            expect(await session.call(brokers[index % 2])).toMatchObject({ status: 200 });
          }
        }
      } finally {
        for (const { app } of brokers.toReversed()) await app.close();
      }
    });
  });
} else {
  describe('background runs of two brokers', () => {
    it.todo('need Postgres');
  });
}
