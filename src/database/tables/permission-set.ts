import type { Timestamp } from './timestamp.ts';

/** The last good copy of a permission set; it is only told from, and opens nothing. */
export type PermissionSetTable = {
  nsid: string;
  /** Its lexicon, as JSON. */
  document: string;
  /** When it was last read at its authority, by the database's clock. */
  resolved_at: Timestamp;
};
