import type { Timestamp } from './timestamp.ts';

/** A proof of possession that was used here, and is good for nothing more. */
export type NativeProofTable = {
  /** Digest of its key's thumbprint and its own id. */
  id: string;
  /** When it would be refused for its age alone. */
  expires_at: Timestamp;
};
