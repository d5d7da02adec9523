import type { Timestamp } from './timestamp.ts';

/** A lease. One owner at a time holds the lease of a name. */
export type LeaseTable = {
  name: string;
  owner: string;
  until: Timestamp;
};
