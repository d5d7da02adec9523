import type { Generated } from 'kysely';
import type { Did } from './did.ts';
import type { ApiKeyId, KeyRequestId, SessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

export const keyRequestStatuses = ['pending', 'authorized', 'denied', 'expired', 'claimed'] as const;

export type KeyRequestStatus = (typeof keyRequestStatuses)[number];

/** A request to an account's owner for an API key. An authorized request owns the key's session until the claim. */
export type KeyRequestTable = {
  id: KeyRequestId;
  did: Did;
  handle: string | null;
  /** The name of the key, as the requester gave it. */
  name: string;
  scope: string;
  /** The address of the requester. */
  asked_from: string;
  status: KeyRequestStatus;
  /** The URL on the requester's machine that gets the claim code through the owner's browser. */
  loopback: string | null;
  /** A MAC of the claim code, because a text this short could be guessed from a digest. */
  code_digest: string | null;
  /** Wrong codes so far. */
  tries: Generated<number>;
  session_id: SessionId | null;
  api_key_id: ApiKeyId | null;
  expires_in_days: number | null;
  created_at: Timestamp;
  expires_at: Timestamp;
  /** Covers all columns, so that an edited row is refused. */
  mac: string;
};
