import type { Timestamp } from './timestamp.ts';

/** A DPoP proof that was used and cannot be used again. */
export type NativeProofTable = {
  /** Digest of the thumbprint of its key and of its `jti`. */
  id: string;
  /** The time from which its age alone makes it invalid. */
  expires_at: Timestamp;
};
