import type { SessionPurpose } from '../../database/tables/oauth-session.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { nextRefreshOf } from './refresh-policy.ts';
import type { SessionRow } from './session.ts';
import type { BoundColumns, SessionSecretsBox } from './session-secrets.service.ts';

/** The columns of an attempt, as they are where there is none. */
export const NO_ATTEMPT = {
  attempt_id: null,
  attempt_state: null,
  sent_at: null,
  owner: null,
  lease_until: null,
} as const;

/** What a session is for. */
export type SessionLife = {
  readonly handle: string | null;
  readonly purpose: SessionPurpose;
  /** What its owner was asked for, where that is not the configured scope. */
  readonly askedScope?: string | null;
};

/** Which session a grant becomes. */
export type GrantedTo = SessionLife & { readonly id: SessionId; readonly generation: number };

/** Returns the row of a session that was just granted. `now` is the database's time. */
export function toGrantedRow(grant: Grant, to: GrantedTo, secrets: SessionSecretsBox, now: Date): SessionRow {
  const { id, handle, purpose, askedScope = null, generation } = to;
  // The grant's own time is this process's, which may differ from the database's.
  const accessExpiresAt = new Date(now.getTime() + grant.accessExpiresAt.getTime() - Date.now());
  const at = toTimestamp(now);
  const bound: BoundColumns = {
    id,
    did: grant.did,
    handle,
    client_id: grant.clientId,
    issuer: grant.issuer,
    pds: grant.pds,
    scope: grant.scope,
    asked_scope: askedScope,
    kid: grant.kid,
    purpose,
    granted_at: at,
    refreshed_at: at,
    access_expires_at: toTimestamp(accessExpiresAt),
  };
  return {
    ...bound,
    ...NO_ATTEMPT,
    sealed: secrets.seal(grant, bound),
    generation,
    status: 'active',
    reason: null,
    last_used_at: at,
    next_refresh_at: toTimestamp(nextRefreshOf({ id, refreshedAt: now, accessExpiresAt })),
    attempt_no: 0,
    failures: 0,
  };
}
