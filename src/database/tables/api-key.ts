import type { Did } from './did.ts';
import type { ApiKeyId, SessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** An API key; it acts through a session of its own. */
export type ApiKeyTable = {
  id: ApiKeyId;
  did: Did;
  session_id: SessionId;
  name: string;
  /** What was granted when it was authorized; what is granted now its session knows. */
  scope: string;
  /** The first characters of the secret, for people. */
  start: string;
  /** Digest of the secret. */
  digest: string;
  /** Digest of the secret before the last rotation, and until when it works beside the new one. */
  previous_digest: string | null;
  previous_until: Timestamp | null;
  /** Which of its account's places the key takes, so that no two take one; null once it is over. */
  slot: number | null;
  created_at: Timestamp;
  /** Null for a key that ends only when it is revoked. */
  expires_at: Timestamp | null;
  /** When it was revoked, or found to have expired. The row stays. */
  revoked_at: Timestamp | null;
  /** To the minute. */
  last_used_at: Timestamp | null;
  /** Over what the row's meaning hangs on, so that an edited row opens nothing: all but place and last use. */
  mac: string;
};
