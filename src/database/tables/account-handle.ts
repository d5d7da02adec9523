import type { Did } from './did.ts';
import type { Timestamp } from './timestamp.ts';

/** The handle of an account as it was verified last. Losing a row is safe: the handle is verified again. */
export type AccountHandleTable = {
  /** The DID. */
  id: Did;
  /** Unique. Null if the account has none, or none that could be verified. */
  handle: string | null;
  /** When the last check that got an answer began. Null before the first. */
  verified_at: Timestamp | null;
  /** When the background checks it again. Null while nobody asks for it. */
  next_check_at: Timestamp | null;
  /** A week after it was last asked for. */
  expires_at: Timestamp;
  /** Covers id, handle and verified_at, so that an edited handle is not told. */
  mac: string;
};
