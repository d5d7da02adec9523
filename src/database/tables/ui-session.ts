import type { Did } from './did.ts';
import type { SessionId, UiSessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** A browser's cookie session; it points at the session that it acts through. */
export type UiSessionTable = {
  id: UiSessionId;
  /** Digest of the cookie. */
  digest: string;
  did: Did;
  session_id: SessionId;
  user_agent: string | null;
  created_at: Timestamp;
  last_seen_at: Timestamp;
  expires_at: Timestamp;
  /** Over what the row's meaning hangs on, so that an edited row opens nothing. */
  mac: string;
};
