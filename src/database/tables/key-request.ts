import type { Generated } from 'kysely';
import type { Did } from './did.ts';
import type { ApiKeyId, KeyRequestId, SessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

export const keyRequestStatuses = ['pending', 'authorized', 'denied', 'expired', 'claimed'] as const;

export type KeyRequestStatus = (typeof keyRequestStatuses)[number];

/** Somebody asks an account's owner for a key; until it is claimed, an authorized request holds the key's session. */
export type KeyRequestTable = {
  id: KeyRequestId;
  did: Did;
  handle: string | null;
  /** What the asker calls the key. */
  name: string;
  scope: string;
  /** The address of the asker. */
  asked_from: string;
  status: KeyRequestStatus;
  /** Where on the asker's machine the owner's browser is sent with the claim code. */
  loopback: string | null;
  /** A MAC of the claim code, as so short a text could be guessed from a digest. */
  code_digest: string | null;
  /** Wrong codes so far. */
  tries: Generated<number>;
  session_id: SessionId | null;
  api_key_id: ApiKeyId | null;
  expires_in_days: number | null;
  created_at: Timestamp;
  expires_at: Timestamp;
  /** Over what the row's meaning hangs on, so that an edited row yields nothing. */
  mac: string;
};
