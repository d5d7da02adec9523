import type { Did } from './did.ts';
import type { ApiKeyId, SessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** An API key. It acts through its own session. */
export type ApiKeyTable = {
  id: ApiKeyId;
  did: Did;
  session_id: SessionId;
  name: string;
  /** The scope granted at the authorization. The session has the current scope. */
  scope: string;
  /** The first characters of the secret, for people. */
  start: string;
  /** Digest of the secret. */
  digest: string;
  /** Digest of the secret before the last rotation. It works until `previous_until`. */
  previous_digest: string | null;
  previous_until: Timestamp | null;
  /** The place of the key among its account's live keys, unique per account. Null once it is revoked or expired. */
  slot: number | null;
  created_at: Timestamp;
  /** Null for a key without an expiry. */
  expires_at: Timestamp | null;
  /** When it was revoked, or found to have expired. The row stays. */
  revoked_at: Timestamp | null;
  /** To the minute. */
  last_used_at: Timestamp | null;
  /** The program of the last use by its own account, such as `python-httpx/0.27`. Null if it is unknown. */
  last_used_client: string | null;
  /** The network of the last use, a /24 of IPv4 or a /48 of IPv6. Null if it is unknown. */
  last_used_network: string | null;
  /** Covers all columns but `slot` and those of the last use, so that an edited row is refused. */
  mac: string;
};
