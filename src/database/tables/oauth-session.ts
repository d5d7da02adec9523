import type { Generated } from 'kysely';
import type { Timestamp } from '../timestamp.ts';

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

/** A stored grant with its life. */
export type OauthSessionTable = {
  id: string;
  did: string;
  handle: string | null;
  client_id: string;
  issuer: string;
  pds: string;
  scope: string;
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
};
