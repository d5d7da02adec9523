import { SessionRevocation } from '../../../src/sessions/endings/session-revocation.service.ts';
import { beginRefresh, call } from './requests.ts';
import type { SessionUnderTest } from './session-under-test.ts';
import type { World } from './world.ts';

const MOST_ROUNDS = 8;

/** Longer than any back-off, and than the silence after which a broker counts as dead. */
const ROUND_MINUTES = 16;

/** Ends all troubles and lets time pass. Then every session works, was ended, or has a reason. */
export async function converge(world: World): Promise<void> {
  world.road.disarm();
  // First all others try while something is suspended or held up, as none may do what only its owner may.
  await refreshAll(world);
  for (const broker of world.brokers) if (broker.held) await world.goOn(broker);
  for (const held of world.road.held) await held.release('delivered');
  await world.check();
  for (let round = 0; round < MOST_ROUNDS && (round === 0 || world.sessions.some(isUnsettled)); round++) {
    await refreshAll(world);
  }
  for (const broker of world.brokers) await broker.get(SessionRevocation).retryRevocations(100);
  await world.check();
  for (const session of world.sessions) await requireEnd(world, session);
}

async function refreshAll(world: World): Promise<void> {
  await world.pass(ROUND_MINUTES);
  for (const broker of world.running) {
    for (const session of world.sessions) beginRefresh(world, broker, session);
    await world.check();
  }
}

function isUnsettled({ seen }: SessionUnderTest): boolean {
  return seen.status === 'active' && (seen.attempt !== null || seen.failures > 0);
}

async function requireEnd(world: World, session: SessionUnderTest): Promise<void> {
  const { id, grant, seen } = session;
  const problem = `session ${id} is ${seen.status} in the end`;
  for (const broker of world.brokers) {
    const told = await call(broker, session).then(
      () => 'ok',
      (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
    );
    if (told !== rightAnswer(session)) throw new Error(`${problem}, and its caller was told ${told}`);
  }
  if (isUnsettled(session) || seen.status === 'revoking') throw new Error(`${problem}, and not settled`);
  if (seen.status === 'revoked' && grant.end === undefined && !isAnswerLost(world, session))
    throw new Error(`${problem}, and its issuer was not told`);
}

/** Returns the final response to a caller: a key ends with its session, everything else waits for its owner. */
function rightAnswer({ purpose, seen: { status, reason } }: SessionUnderTest): string {
  if (status === 'active') return 'ok';
  if (status === 'needs_reauth' && reason === 'response_lost' && purpose === 'ui') return 'SessionSuspended';
  return purpose === 'api_key' && status !== 'needs_reauth' ? 'InvalidToken' : 'ReauthorizationRequired';
}

/** Returns whether no broker has the newest tokens of a grant. */
function isAnswerLost(world: World, session: SessionUnderTest): boolean {
  return world.sentOf(session).some(({ said, received }) => said.includes('ok') && !received);
}
