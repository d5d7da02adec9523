import { expect, it } from '@jest/globals';
import { converge } from './converge.ts';
import { describeWorlds, type InWorld } from './describe-worlds.ts';
import { beginRefresh } from './requests.ts';
import { type TroubleName, troubles } from './troubles.ts';
import type { World } from './world.ts';

describeWorlds('a session with an expired access token', suite);

function suite(inWorld: InWorld): void {
  it('is not given up after one invalid_grant among other failures', async () => {
    await inWorld(async world => {
      await world.pass(61);
      for (const trouble of ['429', 'invalid_client', 'invalid_grant'] as const)
        await refresh(world, trouble);
      await converge(world);
      expect(world.sessions[0]?.seen).toMatchObject({ status: 'active', failures: 0 });
    });
  });

  it('is given up after the third invalid_grant', async () => {
    await inWorld(async world => {
      await world.pass(61);
      for (let times = 0; times < 3; times++) await refresh(world, 'invalid_grant');
      expect(world.sessions[0]?.seen).toMatchObject({ status: 'needs_reauth', reason: 'revoked' });
    });
  });
}

async function refresh(world: World, trouble: TroubleName): Promise<void> {
  const [[broker], [session]] = [world.running, world.sessions];
  if (!broker || !session) throw new Error('the world is not complete');
  world.road.arm(troubles[trouble]);
  beginRefresh(world, broker, session);
  await world.check();
  await world.pass(1);
}
