import type { OperatorSessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** A browser session of the operator. */
export type OperatorSessionTable = {
  id: OperatorSessionId;
  /** Digest of the cookie. */
  digest: string;
  /** A MAC of the presented admin token. A new admin token in the settings ends the session. */
  token_mac: string;
  created_at: Timestamp;
  expires_at: Timestamp;
  /** Covers all columns, so that an edited row is refused. */
  mac: string;
};
