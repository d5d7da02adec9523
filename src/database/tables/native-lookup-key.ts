import type { Timestamp } from './timestamp.ts';

/** The key of the fingerprints of refresh tokens. All instances share it, and new encryption keys do not change it. */
export type NativeLookupKeyTable = {
  id: string;
  sealed: string;
  created_at: Timestamp;
};
