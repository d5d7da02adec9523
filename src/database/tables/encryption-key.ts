import type { Timestamp } from './timestamp.ts';

/** A key that sealed rows of this database. The key itself is not stored. */
export type EncryptionKeyTable = {
  fingerprint: string;
  /** A known text sealed with the key. A key that opens it is the right one. */
  canary: string;
  created_at: Timestamp;
};
