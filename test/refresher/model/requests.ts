import { Refresher, type RefreshTrigger } from '../../../src/sessions/refresh/refresher.service.ts';
import { Sessions } from '../../../src/sessions/use/sessions.service.ts';
import type { Flight } from './flights.ts';
import type { ModelBroker } from './model-broker.ts';
import type { SessionUnderTest } from './session-under-test.ts';
import type { World } from './world.ts';

/** Starts a call of the PDS. Fails if the caller gets anything but the response or a missing token. */
export function beginCall(world: World, broker: ModelBroker, session: SessionUnderTest): Flight {
  return world.flights.begin(broker, session, call(broker, session));
}

/** Calls the PDS through a broker. */
export async function call(broker: ModelBroker, { id }: SessionUnderTest): Promise<void> {
  const sessions = broker.get(Sessions);
  const path = '/xrpc/com.atproto.server.getSession';
  const { statusCode } = await sessions.withSession(id, pds => pds.fetch(path, { method: 'GET' }));
  if (statusCode !== 200) throw new Error(`session ${id}: its caller was answered ${statusCode}`);
}

export function beginRefresh(
  world: World,
  broker: ModelBroker,
  session: SessionUnderTest,
  trigger: RefreshTrigger = { kind: 'forced' },
): Flight {
  return world.flights.begin(broker, session, broker.get(Refresher).refresh(session.id, trigger));
}
