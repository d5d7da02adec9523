import type { SessionPurpose } from '../../database/tables/oauth-session.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { nextRefreshOf } from './refresh-policy.ts';
import { type SessionRow, toBoundColumns } from './session-row.ts';
import type { SessionSecretsBox } from './session-secrets.service.ts';

/** The columns of an attempt, for a session without one. */
export const NO_ATTEMPT = {
  attempt_id: null,
  attempt_state: null,
  sent_at: null,
  owner: null,
  lease_until: null,
} as const;

/** The purpose of a new session, and what is known of it beside its grant. */
export type SessionLife = {
  readonly handle: string | null;
  readonly purpose: SessionPurpose;
  /** The scope that the owner was asked for, if it is not the configured one. */
  readonly askedScope?: string | null;
};

/** The session that a grant becomes. */
export type GrantedTo = SessionLife & { readonly id: SessionId; readonly generation: number };

/**
 * Returns the row of a session that was just granted.
 *
 * @param now the database's time
 */
export function toGrantedRow(grant: Grant, to: GrantedTo, secrets: SessionSecretsBox, now: Date): SessionRow {
  const { id, handle, purpose, askedScope = null, generation } = to;
  // The grant's expiry is by this process's clock. Only the life that is left carries over to the database's clock.
  const accessExpiresAt = new Date(now.getTime() + grant.accessExpiresAt.getTime() - Date.now());
  const facts = { id, handle, purpose, askedScope, grantedAt: now, refreshedAt: now, accessExpiresAt };
  const bound = toBoundColumns({ ...grant, ...facts });
  return {
    ...bound,
    ...NO_ATTEMPT,
    sealed: secrets.seal(grant, bound),
    generation,
    status: 'active',
    reason: null,
    needs_reauth_at: null,
    last_used_at: toTimestamp(now),
    next_refresh_at: toTimestamp(nextRefreshOf({ id, refreshedAt: now, accessExpiresAt })),
    attempt_no: 0,
    failures: 0,
    rolled_back_at: null,
  };
}
