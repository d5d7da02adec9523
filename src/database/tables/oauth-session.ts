import type { Generated } from 'kysely';
import type { Did } from './did.ts';
import type { AttemptId, SessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** The kind of holder that a session was granted for. */
export const sessionPurposes = ['ui', 'api_key'] as const;

export type SessionPurpose = (typeof sessionPurposes)[number];

export const sessionStatuses = ['active', 'needs_reauth', 'revoking', 'revoked'] as const;

export type SessionStatus = (typeof sessionStatuses)[number];

/** Why a session is no longer active. */
export const sessionReasons = [
  'revoked',
  'response_lost',
  'idle',
  'lifetime',
  'account_moved',
  'client_changed',
] as const;

export type SessionReason = (typeof sessionReasons)[number];

/**
 * How far an attempt to refresh has come: `prepared`, nothing was sent; `sent`, its owner may hold or receive the
 * answer; `in_doubt`, its owner recorded that there is no answer.
 */
export type AttemptState = 'prepared' | 'sent' | 'in_doubt';

/** A stored grant with its life. */
export type OauthSessionTable = {
  id: SessionId;
  did: Did;
  handle: string | null;
  client_id: string;
  issuer: string;
  pds: string;
  /** What was granted, by the last answer of the issuer. */
  scope: string;
  /** What the owner was asked for, where that is not the configured scope; null for a browser's. */
  asked_scope: string | null;
  /** The client key that began the session and has to refresh it; null for a public client. */
  kid: string | null;
  purpose: SessionPurpose;
  /** Token set and DPoP key; null once they are erased. */
  sealed: string | null;
  /** Grows by one with each change of the tokens or the status. */
  generation: Generated<number>;
  status: SessionStatus;
  reason: SessionReason | null;
  granted_at: Timestamp;
  refreshed_at: Timestamp;
  last_used_at: Timestamp | null;
  access_expires_at: Timestamp;
  /** The try to refresh this generation; null when there is none. */
  attempt_id: AttemptId | null;
  attempt_state: AttemptState | null;
  /** How often this generation's refresh token was sent again after an answer was lost. */
  attempt_no: Generated<number>;
  /** When the attempt was permitted to be sent, by the database's clock. */
  sent_at: Timestamp | null;
  /** The process that makes the attempt. */
  owner: string | null;
  /** Until when nobody else takes over an attempt that is only prepared. */
  lease_until: Timestamp | null;
  /** When a worker looks at the session next; after a failure, when it may be tried again. */
  next_refresh_at: Timestamp | null;
  /** Attempts that failed in a row. */
  failures: Generated<number>;
};
