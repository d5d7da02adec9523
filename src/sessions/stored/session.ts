import type {
  AttemptState,
  SessionPurpose,
  SessionReason,
  SessionStatus,
} from '../../database/tables/oauth-session.ts';
import type { AttemptId, SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';

/** A stored grant with its life, without its secrets. All times are by the database's clock. */
export type Session = {
  readonly id: SessionId;
  readonly did: Did;
  readonly handle: string | null;
  readonly clientId: string;
  readonly issuer: string;
  readonly pds: string;
  /** The granted scope, as of the issuer's last response. */
  readonly scope: string;
  /** The scope that the owner was asked for, if it is not the configured one. Null for a browser's session. */
  readonly askedScope: string | null;
  readonly kid: string | null;
  readonly purpose: SessionPurpose;
  readonly generation: number;
  readonly status: SessionStatus;
  readonly reason: SessionReason | null;
  readonly grantedAt: Date;
  readonly refreshedAt: Date;
  readonly lastUsedAt: Date | null;
  readonly accessExpiresAt: Date;
  readonly nextRefreshAt: Date | null;
  readonly failures: number;
  /** How often this generation's refresh token was sent again without proof that it was not consumed. */
  readonly resends: number;
  readonly attempt: Attempt | null;
  /** When an instance found the row rolled back. Null once a later refresh or grant was stored. */
  readonly rolledBackAt: Date | null;
};

/** Returns the scope that the owner of a key's session was asked for; older sessions only recorded the granted one. */
export function askedScopeOf({ askedScope, scope }: Pick<Session, 'askedScope' | 'scope'>): string {
  return askedScope ?? scope;
}

/** Returns whether a session that needs its owner may become active by itself: its newest tokens may still be found. */
export function isRecoverable(reason: SessionReason | null): boolean {
  return reason === 'response_lost' || reason === 'restored';
}

/**
 * Returns whether a session waits for the answer to its refresh, which was lost and may still come. Its browsers are
 * suspended meanwhile.
 */
export function isSuspended({ status, reason }: Pick<Session, 'status' | 'reason'>): boolean {
  return status === 'needs_reauth' && isRecoverable(reason);
}

/** The reasons of sessions that were not ended by their issuers. */
const reasonsOfOurs: readonly (SessionReason | null)[] = [
  'response_lost',
  'other_account',
  'unusable_token',
  'restored',
];

/** Returns whether the issuer may still honour the grant of a session. */
export function mayHoldLiveGrant({ status, reason }: Pick<Session, 'status' | 'reason'>): boolean {
  return status === 'active' || status === 'needs_check' || reasonsOfOurs.includes(reason);
}

/** One try to refresh one generation of a session. */
export type Attempt = {
  readonly id: AttemptId;
  readonly state: AttemptState;
  readonly owner: string;
  readonly sentAt: Date | null;
  /** Until then no other process takes over an attempt that is only prepared. */
  readonly leaseUntil: Date | null;
};

/** Identifies one attempt at one generation of a session. Every write of an attempt is guarded by all three. */
export type AttemptKey = {
  readonly sessionId: SessionId;
  readonly generation: number;
  readonly attemptId: AttemptId;
};
