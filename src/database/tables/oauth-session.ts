import type { Generated } from 'kysely';
import type { Did } from './did.ts';
import type { AttemptId, SessionId } from './id.ts';
import type { Timestamp } from './timestamp.ts';

/** The kind of holder that a session was granted for. */
export const sessionPurposes = ['ui', 'api_key'] as const;

export type SessionPurpose = (typeof sessionPurposes)[number];

/**
 * `needs_check`: its row was rolled back, and nothing is sent from it until a newer state is found. It keeps the
 * generation of its tokens.
 */
export const sessionStatuses = ['active', 'needs_check', 'needs_reauth', 'revoking', 'revoked'] as const;

export type SessionStatus = (typeof sessionStatuses)[number];

/** Why a session is no longer active. `restored`: the database lost its newest tokens, and no instance had them. */
export const sessionReasons = [
  'revoked',
  'response_lost',
  'idle',
  'lifetime',
  'account_moved',
  'client_changed',
  'other_account',
  'unusable_token',
  'restored',
] as const;

export type SessionReason = (typeof sessionReasons)[number];

/**
 * The state of an attempt to refresh. `prepared`: nothing was sent. `sent`: its owner may have or get the answer.
 * `in_doubt`: its owner recorded that there is no answer.
 */
export type AttemptState = 'prepared' | 'sent' | 'in_doubt';

/** A stored grant, its status and its current refresh attempt. */
export type OauthSessionTable = {
  id: SessionId;
  did: Did;
  handle: string | null;
  client_id: string;
  issuer: string;
  pds: string;
  /** The granted scope in the last answer of the issuer. */
  scope: string;
  /** The requested scope of an API key's session. Null for a browser's session, which requests the configured scope. */
  asked_scope: string | null;
  /** The client key that started the session and must refresh it. Null for a public client. */
  kid: string | null;
  purpose: SessionPurpose;
  /** Token set and DPoP key. Null once they are erased. */
  sealed: string | null;
  /** Grows by one with each change of the tokens or the status. */
  generation: Generated<number>;
  status: SessionStatus;
  reason: SessionReason | null;
  /** When the session last became `needs_reauth`. Null if it never did, or before version 14 of the schema. */
  needs_reauth_at: Timestamp | null;
  granted_at: Timestamp;
  refreshed_at: Timestamp;
  last_used_at: Timestamp | null;
  access_expires_at: Timestamp;
  /** The attempt to refresh this generation. Null if there is none. */
  attempt_id: AttemptId | null;
  attempt_state: AttemptState | null;
  /** The number of resends of this generation's refresh token after a lost answer. */
  attempt_no: Generated<number>;
  /** The database's time at which the attempt was allowed to send. */
  sent_at: Timestamp | null;
  /** The process of the attempt. */
  owner: string | null;
  /** The time until which no other process takes over a prepared attempt. */
  lease_until: Timestamp | null;
  /**
   * The time of the next background refresh. After a failure, the time of the next try. Null until a holder adopts the
   * session.
   */
  next_refresh_at: Timestamp | null;
  /** Failed attempts in a row. */
  failures: Generated<number>;
  /** When an instance found the row behind a newer state. Null once a later refresh or grant was stored. */
  rolled_back_at: Timestamp | null;
};
