import { expect, it } from '@jest/globals';
import { describeWorlds, type InWorld } from './describe-worlds.ts';
import { beginRefresh } from './requests.ts';

describeWorlds('the answer of a broker that counted as dead', suite, ['postgres']);

function suite(inWorld: InWorld): void {
  it('brings no session back whose refresh token was sent again in the meantime', async () => {
    await inWorld(async world => {
      const [first, second] = world.running;
      const [session] = world.sessions;
      if (!first || !second || !session) throw new Error('the world is not complete');
      await world.stopAt('before_write', first, session, () => beginRefresh(world, first, session));
      first.freeze();
      // The access token has run out by now, and cannot tell that the refresh token was spent.
      await world.pass(70);
      beginRefresh(world, second, session);
      await world.check();
      expect(session).toMatchObject({ grant: { end: 'replay' }, seen: { reason: 'response_lost' } });

      await world.goOn(first);
      await world.check();
      expect(session.seen).toMatchObject({ status: 'needs_reauth', reason: 'response_lost', generation: 2 });
    });
  });

  it('brings a session back that was given up because of it', async () => {
    await inWorld(async world => {
      const [first, second] = world.running;
      const [session] = world.sessions;
      if (!first || !second || !session) throw new Error('the world is not complete');
      await world.stopAt('before_write', first, session, () => beginRefresh(world, first, session));
      first.freeze();
      await world.pass(12);
      beginRefresh(world, second, session);
      await world.check();
      expect(session.seen).toMatchObject({ status: 'needs_reauth', reason: 'response_lost', generation: 2 });

      await world.goOn(first);
      await world.check();
      expect(session.seen).toMatchObject({ status: 'active', reason: null, generation: 3 });
    });
  });
}
