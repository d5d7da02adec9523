import { expect, it } from '@jest/globals';
import { BackgroundRefresh } from '../../src/background/refresh/background-refresh.service.ts';
import { describeTwoBrokers, type TwoBrokers } from '../broker/two-brokers.ts';
import { signIn } from '../refresher/test-session.ts';
import { makeDue } from './due.ts';

const SESSIONS = 8;
const ROUNDS = process.env.TEST_LONG ? 50 : 3;

describeTwoBrokers('background runs of two brokers', suite);

function suite(place: () => TwoBrokers): void {
  it('refresh each session once between them', async () => {
    const { first, second } = place();
    const brokers = [first, second];
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
}
