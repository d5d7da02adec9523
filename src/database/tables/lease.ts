import type { Timestamp } from './timestamp.ts';

/** The row that lets one owner at a time do the named thing. */
export type LeaseTable = {
  name: string;
  owner: string;
  until: Timestamp;
};
