import type { Timestamp } from './timestamp.ts';

/** A key that sealed something here; the key itself is never stored. */
export type EncryptionKeyTable = {
  fingerprint: string;
  /** A known text sealed with the key: whoever opens it has the right key. */
  canary: string;
  created_at: Timestamp;
};
