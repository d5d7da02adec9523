import type { Selectable } from 'kysely';
import type { RowBinding } from '../../crypto/row-binding.ts';
import type { OauthSessionTable } from '../../database/tables/oauth-session.ts';
import { toDate, toTimestamp } from '../../database/tables/timestamp.ts';
import type { Attempt, Session } from './session.ts';

export type SessionRow = Selectable<OauthSessionTable>;

/** The columns that the sealed tokens are bound to, beside the id: with one of these edited, the row opens nothing. */
const BOUND_COLUMNS = [
  'did',
  'handle',
  'client_id',
  'issuer',
  'pds',
  'scope',
  'asked_scope',
  'kid',
  'purpose',
  'granted_at',
  'refreshed_at',
  'access_expires_at',
] as const satisfies readonly (keyof SessionRow)[];

export type BoundColumns = Pick<SessionRow, 'id' | (typeof BOUND_COLUMNS)[number]>;

/** `client_id` -> `clientId` */
type FieldOf<Column extends string> = Column extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<FieldOf<Rest>>}`
  : Column;

/** The part of a session that its tokens are bound to: the field of every bound column. */
export type BoundFacts = Pick<Session, FieldOf<keyof BoundColumns>>;

/** Writes the bound columns of a row. */
export function toBoundColumns(facts: BoundFacts): BoundColumns {
  return {
    id: facts.id,
    did: facts.did,
    handle: facts.handle,
    client_id: facts.clientId,
    issuer: facts.issuer,
    pds: facts.pds,
    scope: facts.scope,
    asked_scope: facts.askedScope,
    kid: facts.kid,
    purpose: facts.purpose,
    granted_at: toTimestamp(facts.grantedAt),
    refreshed_at: toTimestamp(facts.refreshedAt),
    access_expires_at: toTimestamp(facts.accessExpiresAt),
  };
}

/** Reads a row. */
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
    rolledBackAt: toDate(row.rolled_back_at),
  };
}

/** Returns what the sealed tokens of a row are bound to. */
export function sealBinding(row: BoundColumns): RowBinding {
  // A null asked_scope is left out: rows older than the column were sealed without it.
  const bound = BOUND_COLUMNS.filter(column => column !== 'asked_scope' || row.asked_scope !== null);
  const facts = Object.fromEntries(bound.map(column => [column, row[column]]));
  return { table: 'oauth_session', column: 'sealed', id: row.id, facts };
}

/** Returns whether two readings of a row hold the same sealed tokens, bound to the same values. */
export function isSealedAlike(a: SessionRow, b: SessionRow): boolean {
  return a.id === b.id && a.sealed === b.sealed && BOUND_COLUMNS.every(column => a[column] === b[column]);
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
