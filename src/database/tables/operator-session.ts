import type { OperatorSessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** The operator's browser, for as long as its cookie lives. */
export type OperatorSessionTable = {
  id: OperatorSessionId;
  /** Digest of the cookie. */
  digest: string;
  /** A MAC of the admin token that was shown: with another token in the settings, the session is over. */
  token_mac: string;
  created_at: Timestamp;
  expires_at: Timestamp;
  /** Over what the row's meaning hangs on, so that an edited row opens nothing. */
  mac: string;
};
