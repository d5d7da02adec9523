import type { Timestamp } from './timestamp.ts';

/** A running process of the broker. */
export type InstanceTable = {
  /** Random per start. */
  owner: string;
  started_at: Timestamp;
  /** Its last heartbeat. */
  seen_at: Timestamp;
};
