import type { CommitMarkId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/**
 * The outcome of one transaction. The transaction inserts `committed`; a process that doubts its outcome inserts
 * `rolled_back`. The primary key admits only one of the two.
 */
export type CommitMarkTable = {
  id: CommitMarkId;
  outcome: 'committed' | 'rolled_back';
  expires_at: Timestamp;
};
