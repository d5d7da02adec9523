import type { Timestamp } from './timestamp.ts';

/** `filled`: the instance had an answer that was not in the database yet. */
export type SpoolState = 'empty' | 'filled';

/** A process of the broker that runs, or that ended without leaving the list. */
export type InstanceTable = {
  /** Its `spoolId`, so that a restarted process keeps its row. Older releases: random per start. */
  owner: string;
  started_at: Timestamp;
  /** Its last heartbeat. */
  seen_at: Timestamp;
  /** As of its last heartbeat. Null for a process of an older release. */
  spool_state: SpoolState | null;
  /** When the operator declared that it will not return with an answer. A heartbeat takes that back. */
  given_up_at: Timestamp | null;
};
