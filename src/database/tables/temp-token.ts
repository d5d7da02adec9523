import type { TempTokenId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** A short-lived token that opens the routes of one scope for one resource. */
export type TempTokenTable = {
  id: TempTokenId;
  /** Digest of the token. */
  digest: string;
  scope: string;
  resource_id: string;
  created_at: Timestamp;
  expires_at: Timestamp;
  /** The time at which a single-use token was used. */
  consumed_at: Timestamp | null;
  /** Covers all columns, so that an edited row is refused. */
  mac: string;
};
