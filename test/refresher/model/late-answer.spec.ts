import { expect, it } from '@jest/globals';
import { isRequested } from '../../database/dialects.ts';
import { describeWorlds, type InWorld } from './describe-worlds.ts';
import type { ModelBroker } from './model-broker.ts';
import { reconnect } from './people.ts';
import { beginRefresh } from './requests.ts';
import type { SessionUnderTest } from './session-under-test.ts';
import type { World } from './world.ts';

const name = 'the answer of a broker that counted as dead';

// A SQLite file belongs to one process.
if (!isRequested('postgres')) it.skip(`${name} (postgres, which DIALECTS leaves out)`, () => undefined);

describeWorlds(name, suite, ['postgres']);

function suite(inWorld: InWorld): void {
  it('brings a session back that was given up because of it', async () => {
    await inWorld(async world => {
      const { first, session } = await giveUp(world, 12);
      await world.goOn(first);
      await world.check();
      expect(session.seen).toMatchObject({ status: 'active', reason: null, generation: 3 });
    });
  });

  it('brings no session back whose refresh token was sent again in the meantime', async () => {
    await inWorld(async world => {
      // The access token has expired by then, and cannot show that the refresh token was spent.
      const { first, session } = await giveUp(world, 70);
      expect(session.grant.end).toBe('replay');
      await world.goOn(first);
      await world.check();
      expect(session.seen).toMatchObject({ status: 'needs_reauth', reason: 'response_lost', generation: 2 });
    });
  });

  it('changes nothing of a session that its owner took up again, and is revoked', async () => {
    await inWorld(async world => {
      const { first, second, session } = await giveUp(world, 12);
      const { grant } = session;
      await reconnect(world, second, session);
      await world.goOn(first);
      await world.check();
      expect(session.seen).toMatchObject({ status: 'active', reason: null, generation: 3 });
      expect([grant.end, session.grant.end]).toEqual(['revocation', undefined]);
    });
  });
}

type GivenUp = { first: ModelBroker; second: ModelBroker; session: SessionUnderTest };

/** Stops one broker that holds the answer, until another broker gives up the key's session. */
async function giveUp(world: World, minutes: number): Promise<GivenUp> {
  const [first, second] = world.running;
  const session = world.sessions.find(({ purpose }) => purpose === 'api_key');
  if (!first || !second || !session) throw new Error('the world is not complete');
  await world.stopAt('before_write', first, session, () => beginRefresh(world, first, session));
  first.freeze();
  await world.pass(minutes);
  beginRefresh(world, second, session);
  await world.check();
  expect(session.seen).toMatchObject({ status: 'needs_reauth', reason: 'response_lost', generation: 2 });
  return { first, second, session };
}
