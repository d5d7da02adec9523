import type { SuspendedBrowserPrincipal } from '../../access/principal.ts';
import type { Sessions } from '../../sessions/use/sessions.service.ts';

/** Returns what a person whose session is suspended would type to sign in again: their handle, or else their DID. */
export async function ownIdentifier(caller: SuspendedBrowserPrincipal, sessions: Sessions): Promise<string> {
  const session = await sessions.find(caller.sessionId);
  return session?.handle ?? caller.did;
}
