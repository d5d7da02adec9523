import type { SessionId } from '../../../src/database/tables/id.ts';
import { BrokerError } from '../../../src/errors/broker-error.ts';
import type { Sessions } from '../../../src/sessions/use/sessions.service.ts';

/** Calls the account's PDS through a session. Fails if the PDS's refusal of a token reaches the caller. */
export async function getSessionOf(sessions: Sessions, id: SessionId): Promise<void> {
  const path = '/xrpc/com.atproto.server.getSession';
  const { statusCode } = await sessions.withSession(id, pds => pds.fetch(path, { method: 'GET' }));
  if (statusCode === 200) return;
  if (statusCode >= 500) throw new BrokerError('UpstreamUnavailable', `The PDS answered ${statusCode}.`);
  throw new Error(`the PDS's ${statusCode} reached the caller`);
}
