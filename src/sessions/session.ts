import type { Selectable } from 'kysely';
import type {
  OauthSessionTable,
  SessionPurpose,
  SessionReason,
  SessionStatus,
} from '../database/tables/oauth-session.ts';

/** A stored grant with its life, without its secrets. */
export type Session = {
  readonly id: string;
  readonly did: string;
  readonly handle: string | null;
  readonly clientId: string;
  readonly issuer: string;
  readonly pds: string;
  readonly scope: string;
  readonly kid: string | null;
  readonly purpose: SessionPurpose;
  readonly status: SessionStatus;
  readonly reason: SessionReason | null;
  readonly accessExpiresAt: Date;
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
    kid: row.kid,
    purpose: row.purpose,
    status: row.status,
    reason: row.reason,
    accessExpiresAt: new Date(row.access_expires_at),
  };
}
