import type { ApiKeyId, PasswordSessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** A password session that was renewed or ended. Before that its tokens say everything, and it has no row. */
export type PasswordSessionTable = {
  id: PasswordSessionId;
  api_key_id: ApiKeyId;
  /** The number of renewals. Tokens of other generations are older, or from before a restore of the database. */
  generation: number;
  renewed_at: Timestamp;
  /** The time at which a token of this generation was used first. Until then its answer may have been lost. */
  seen_at: Timestamp | null;
  ended_at: Timestamp | null;
  /** The end of the newest refresh token. */
  expires_at: Timestamp;
  /** Authenticates the columns above but `seen_at`. */
  mac: string;
};
