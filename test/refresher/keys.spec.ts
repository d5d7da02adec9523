import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { jwksOf, listKeys, publishAged, step } from '../client-keys/operator.ts';
import { describeFaults, type FaultyPlace, ROUNDS } from './describe-faults.ts';
import type { TestSession } from './test-session.ts';

const keys = [randomBytes(32), randomBytes(32)].map(key => key.toString('base64'));

describeFaults('client keys that rotate while sessions refresh', changingKeys, { confidential: true });
describeFaults('two instances with encryption keys in different order', differentOrder, {
  instances: 2,
  confidential: true,
  settings: { LATCHKEY_ENCRYPTION_KEYS: keys.join() },
  othersSettings: { LATCHKEY_ENCRYPTION_KEYS: keys.toReversed().join() },
});

function changingKeys(place: () => FaultyPlace): void {
  it('end no session', async () => {
    const { broker, signIn } = place();
    const [first = ''] = await jwksOf(broker);
    // A PDS caches the JWKS for ten minutes from the first login.
    const second = await publishAged(broker, 25);
    const sessions = [await signIn(), await signIn('bob.test')];
    const refreshing = keepRefreshing(place(), sessions);
    await refreshing.goOn(ROUNDS);
    await step(broker, `/${second}/activate`);
    await refreshing.goOn(ROUNDS);
    const young = await signIn();
    await step(broker, `/${first}/retire`);
    await refreshing.goOn(ROUNDS);
    await publishAged(broker, 0);
    await refreshing.goOn(ROUNDS);
    await refreshing.stop();
    expect(await young.refresh()).toEqual({ kind: 'refreshed' });
    await expectAlive([...sessions, young], place());
    expect(await listKeys(broker)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kid: first, status: 'retired', inJwks: true, sessions: 2 }),
        expect.objectContaining({ kid: second, signing: true, sessions: 1 }),
      ]),
    );
  });
}

function differentOrder(place: () => FaultyPlace): void {
  it('end no session that both of them refresh', async () => {
    const sessions = [await place().signIn(), await place().signIn('bob.test')];
    const refreshing = keepRefreshing(place(), sessions);
    await refreshing.goOn(4 * ROUNDS);
    await refreshing.stop();
    await expectAlive(sessions, place());
    const rows = await place().broker.database.selectFrom('oauth_session').select('sealed').execute();
    expect(rows).toHaveLength(sessions.length);
  });
}

type Refreshing = {
  /** Resolves when every session was refreshed this many more times. */
  goOn: (times: number) => Promise<void>;
  stop: () => Promise<void>;
};

/** Refreshes each session repeatedly, at alternating brokers. Rejects if a refresh fails. */
function keepRefreshing({ brokers }: FaultyPlace, sessions: readonly TestSession[]): Refreshing {
  let stopping = false;
  const counts = sessions.map(() => 0);
  const working = Promise.all(
    sessions.map(async (session, index) => {
      for (let turn = index; !stopping; turn++) {
        const broker = brokers[turn % brokers.length];
        expect(await session.refresh(broker)).toEqual({ kind: 'refreshed' });
        expect(await session.call(broker)).toMatchObject({ status: 200 });
        counts[index] = (counts[index] ?? 0) + 1;
      }
    }),
  );
  const reach = async (goals: readonly number[]): Promise<void> => {
    while (counts.some((count, index) => count < (goals[index] ?? 0)))
      await new Promise(resolve => setTimeout(resolve, 10));
  };
  return {
    goOn: times => Promise.race([reach(counts.map(count => count + times)), working.then(() => undefined)]),
    stop: async () => {
      stopping = true;
      await working;
    },
  };
}

async function expectAlive(sessions: readonly TestSession[], { brokers }: FaultyPlace): Promise<void> {
  for (const session of sessions) {
    expect(await session.state()).toMatchObject({ status: 'active', attempt_state: null, failures: 0 });
    for (const broker of brokers) expect(await session.call(broker)).toMatchObject({ status: 200 });
  }
}
