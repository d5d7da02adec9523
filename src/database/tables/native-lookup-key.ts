import type { Timestamp } from './timestamp.ts';

/** The key of the fingerprints of refresh tokens: the same for all instances, whatever becomes of encryption keys. */
export type NativeLookupKeyTable = {
  id: string;
  sealed: string;
  created_at: Timestamp;
};
