import { expect, it } from '@jest/globals';
import { InstanceGiveUp } from '../../../src/leases/instances/instance-give-up.service.ts';
import { SessionRevocation } from '../../../src/sessions/endings/session-revocation.service.ts';
import { isRequested } from '../../database/dialects.ts';
import { describeWorlds, type InWorld } from './describe-worlds.ts';
import type { ModelBroker } from './model-broker.ts';
import { reconnect } from './people.ts';
import { beginRefresh } from './requests.ts';
import type { SessionUnderTest } from './session-under-test.ts';
import type { World } from './world.ts';

const name = 'a response at a broker that counted as dead';

/** An expired access token proves nothing, so the issuer must refuse this often before it is believed. */
const MOST_REFUSALS = 3;

// A SQLite file allows one process only.
if (!isRequested('postgres')) it.skip(`${name} (postgres, which DIALECTS leaves out)`, () => undefined);

describeWorlds(name, suite, ['postgres']);

function suite(inWorld: InWorld): void {
  it('restores a session that was given up without it', async () => {
    await inWorld(async world => {
      const { first, session } = await giveUp(world, 12);
      await world.goOn(first);
      await world.check();
      expect(session.seen).toMatchObject({ status: 'active', reason: null, generation: 3 });
    });
  });

  it('is stored in a session whose refresh token was resent meanwhile, although its issuer ended that', async () => {
    await inWorld(async world => {
      // The access token has expired by then, so it cannot show that the refresh token was spent.
      const { first, session } = await giveUp(world, 70);
      expect(session.grant.end).toBe('replay');
      await world.goOn(first);
      await world.check();
      expect(session.seen).toMatchObject({ status: 'active', reason: null, generation: 3 });
    });
  });

  it('does not change a session that its owner reconnected, and is revoked', async () => {
    await inWorld(async world => {
      const { first, second, session } = await giveUp(world, 12);
      const { grant } = session;
      await reconnect(world, second, session);
      await world.goOn(first);
      await world.check();
      await second.get(SessionRevocation).retryRevocations(1);
      expect(session.seen).toMatchObject({ status: 'active', reason: null, generation: 3 });
      expect([grant.end, session.grant.end]).toEqual(['revocation', undefined]);
    });
  });
}

type GivenUp = { first: ModelBroker; second: ModelBroker; session: SessionUnderTest };

/** Suspends one broker with the response, until another gives the key's session up. */
async function giveUp(world: World, minutes: number): Promise<GivenUp> {
  const [first, second] = world.running;
  const session = world.sessions.find(({ purpose }) => purpose === 'api_key');
  if (!first || !second || !session) throw new Error('the world is not complete');
  await world.stopAt('before_write', first, session, () => beginRefresh(world, first, session));
  first.freeze();
  await world.pass(minutes);
  await second.get(InstanceGiveUp).giveUp(first.owner, { actor: { kind: 'operator' } });
  beginRefresh(world, second, session);
  await world.check();
  // A resend waits until the broker has known the attempt for as long as the request may be accepted.
  await world.pass(6);
  for (let times = 0; times < MOST_REFUSALS && session.seen.status === 'active'; times++) {
    beginRefresh(world, second, session);
    await world.check();
    await world.pass(1);
  }
  expect(session.seen).toMatchObject({ status: 'needs_reauth', reason: 'response_lost', generation: 2 });
  return { first, second, session };
}
