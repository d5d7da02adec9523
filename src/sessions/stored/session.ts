import type { Selectable } from 'kysely';
import type {
  AttemptState,
  OauthSessionTable,
  SessionPurpose,
  SessionReason,
  SessionStatus,
} from '../../database/tables/oauth-session.ts';

/** A stored grant with its life, without its secrets. All times are the database's. */
export type Session = {
  readonly id: string;
  readonly did: string;
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
  readonly id: string;
  readonly state: AttemptState;
  readonly owner: string;
  readonly sentAt: Date | null;
  /** Until when nobody takes over what is only prepared. */
  readonly leaseUntil: Date | null;
};

/** Names one attempt at one generation of a session: every write of an attempt is guarded by all three. */
export type AttemptKey = {
  readonly sessionId: string;
  readonly generation: number;
  readonly attemptId: string;
};

export type SessionRow = Selectable<OauthSessionTable>;

export function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    did: row.did,
    handle: row.handle,
    clientId: row.client_id,
    issuer: row.issuer,
    pds: row.pds,
    scope: row.scope,
    askedScope: row.asked_scope,
    kid: row.kid,
    purpose: row.purpose,
    generation: row.generation,
    status: row.status,
    reason: row.reason,
    grantedAt: new Date(row.granted_at),
    refreshedAt: new Date(row.refreshed_at),
    lastUsedAt: toDate(row.last_used_at),
    accessExpiresAt: new Date(row.access_expires_at),
    nextRefreshAt: toDate(row.next_refresh_at),
    failures: row.failures,
    resends: row.attempt_no,
    attempt: toAttempt(row),
  };
}

/** Reads the attempt of a row. */
export function toAttempt({
  attempt_id,
  attempt_state,
  owner,
  sent_at,
  lease_until,
}: Pick<SessionRow, 'attempt_id' | 'attempt_state' | 'owner' | 'sent_at' | 'lease_until'>): Attempt | null {
  if (attempt_id === null || attempt_state === null || owner === null) return null;
  return {
    id: attempt_id,
    state: attempt_state,
    owner,
    sentAt: toDate(sent_at),
    leaseUntil: toDate(lease_until),
  };
}

function toDate(timestamp: string | null): Date | null {
  return timestamp === null ? null : new Date(timestamp);
}
