import type { Timestamp } from './timestamp.ts';

/** The last good copy of a permission set. The broker only shows it and grants nothing by it. */
export type PermissionSetTable = {
  nsid: string;
  /** Its lexicon, as JSON. */
  document: string;
  /** The database's time of the last read at its authority. */
  resolved_at: Timestamp;
};
