import { beforeAll, expect, it } from '@jest/globals';
import type { TestBroker } from '../broker/test-broker.ts';
import { describeTwoBrokers, type TwoBrokers, useUntilKnown } from '../broker/two-brokers.ts';
import { signIn, type TestSession } from '../refresher/test-session.ts';
import { operate } from './operate.ts';

describeTwoBrokers('two brokers behind one public URL', suite);

function suite(brokers: () => TwoBrokers): void {
  let first: TestBroker;
  let second: TestBroker;
  beforeAll(() => {
    ({ first, second } = brokers());
  });

  const statusesOf = async (session: TestSession): Promise<number[]> => {
    const answers = [await session.call(first), await session.call(second)];
    return answers.map(({ status }) => status);
  };

  it('both serve a browser that signed in at either', async () => {
    expect(await statusesOf(await signIn(first))).toEqual([200, 200]);
    expect(await statusesOf(await signIn(first, 'bob.test'))).toEqual([200, 200]);
  });

  it('use the token that the other one has refreshed, and refresh none themselves', async () => {
    const session = await signIn(first);
    expect(await statusesOf(session)).toEqual([200, 200]);
    const digests: string[] = [];
    for (const [index, broker] of [first, second, first].entries()) {
      digests.push(await session.digest());
      expect(await session.refresh(broker)).toEqual({ kind: 'refreshed' });
      expect(await statusesOf(session)).toEqual([200, 200]);
      expect(await session.state()).toMatchObject({ status: 'active', generation: index + 2 });
    }
    for (const digest of digests) expect(await session.requestsOf(digest)).toHaveLength(1);
  });

  it('refuse a revoked session at once where it was revoked, and within five seconds at the other, while in constant use', async () => {
    const endings: ((session: TestSession) => Promise<unknown>)[] = [
      ({ browser }) => browser.post('/oauth/logout', {}),
      ({ id }) => operate(first, `DELETE /api/sessions/${id}`),
    ];
    const sessions = [await signIn(first), await signIn(first, 'bob.test')];
    await Promise.all(
      sessions.map(async (session, index) => {
        expect(await statusesOf(session)).toEqual([200, 200]);
        const copy = session.browser.cookie('latchkey') ?? '';
        await endings[index]?.(session);
        const ended = performance.now();
        session.browser.agent.cookies.set(session.browser.publicUrl.host, 'latchkey', copy);
        expect((await session.call(first)).status).toBe(401);
        await useUntilKnown(ended, () => session.call(second));
        expect(await statusesOf(session)).toEqual([401, 401]);
      }),
    );
  });
}
