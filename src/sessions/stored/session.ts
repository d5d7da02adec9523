import type {
  AttemptState,
  SessionPurpose,
  SessionReason,
  SessionStatus,
} from '../../database/tables/oauth-session.ts';
import type { AttemptId, SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';

/** A stored grant with its life, without its secrets. All times are the database's. */
export type Session = {
  readonly id: SessionId;
  readonly did: Did;
  readonly handle: string | null;
  readonly clientId: string;
  readonly issuer: string;
  readonly pds: string;
  /** What was granted, by the last answer of the issuer. */
  readonly scope: string;
  /** What the owner was asked for, where that is not the configured scope; null for a browser's session. */
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
  /** How often this generation's refresh token was sent again without proof that it was not spent. */
  readonly resends: number;
  readonly attempt: Attempt | null;
};

/** Returns the scope that the owner of a key's session was asked for; one that is older than this record has what it wants. */
export function askedScopeOf({ askedScope, scope }: Pick<Session, 'askedScope' | 'scope'>): string {
  return askedScope ?? scope;
}

/** One try to refresh one generation of a session. */
export type Attempt = {
  readonly id: AttemptId;
  readonly state: AttemptState;
  readonly owner: string;
  readonly sentAt: Date | null;
  /** Until when nobody takes over what is only prepared. */
  readonly leaseUntil: Date | null;
};

/** Names one attempt at one generation of a session: every write of an attempt is guarded by all three. */
export type AttemptKey = {
  readonly sessionId: SessionId;
  readonly generation: number;
  readonly attemptId: AttemptId;
};
