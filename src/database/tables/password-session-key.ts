import type { Timestamp } from './timestamp.ts';

/** The key that signs the tokens of password sessions. All instances share it. */
export type PasswordSessionKeyTable = {
  id: string;
  /** The private key. */
  sealed: string;
  created_at: Timestamp;
};
