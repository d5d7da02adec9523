import type { Did } from './did.ts';
import type { SessionId, UiSessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** A browser's cookie session. It acts through the session `session_id`. */
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
  /** Covers all columns, so that an edited row is refused. */
  mac: string;
};
