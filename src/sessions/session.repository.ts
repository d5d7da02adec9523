import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { Database } from '../database/database.ts';
import type { Schema } from '../database/schema.ts';
import type { SessionPurpose } from '../database/tables/oauth-session.ts';
import type { Grant } from '../oauth/grant.ts';
import { type Session, toSession } from './session.ts';
import { type SessionSecrets, SessionSecretsBox } from './session-secrets.ts';

/** A session with its secrets; without them once they were erased. */
export type StoredSession = Session & { readonly secrets: SessionSecrets | null };

/** A session together with what it takes to use it. */
export type LiveSession = Session & { readonly secrets: SessionSecrets };

/** Stored sessions. Every change of a status is guarded, and grows the generation by one. */
@Injectable()
export class SessionRepository {
  constructor(
    private readonly database: Database,
    private readonly secrets: SessionSecretsBox,
  ) {}

  async insert(
    grant: Grant,
    { handle, purpose, now }: { handle: string | null; purpose: SessionPurpose; now: Date },
    database: Kysely<Schema> = this.database,
  ): Promise<Session> {
    const bound = {
      id: randomUUID(),
      did: grant.did,
      handle,
      client_id: grant.clientId,
      issuer: grant.issuer,
      pds: grant.pds,
      scope: grant.scope,
      kid: grant.kid,
      purpose,
      granted_at: now.toISOString(),
      refreshed_at: now.toISOString(),
      access_expires_at: grant.accessExpiresAt.toISOString(),
    };
    const sealed = this.secrets.seal(grant, bound);
    const row = {
      ...bound,
      sealed,
      generation: 1,
      status: 'active' as const,
      reason: null,
      last_used_at: null,
    };
    await database.insertInto('oauth_session').values(row).execute();
    return toSession(row);
  }

  /** @throws BrokerError `SealedRowUnreadable` when the row was edited */
  async find(id: string): Promise<StoredSession | undefined> {
    const row = await this.database
      .selectFrom('oauth_session')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) return undefined;
    const secrets = row.sealed === null ? null : this.secrets.open(row.sealed, row);
    return { ...toSession(row), secrets };
  }

  /** Marks a session to be revoked; answers whether this call did it. The refresh token stays to revoke it with. */
  async beginRevoking(id: string, database: Kysely<Schema> = this.database): Promise<boolean> {
    const { numUpdatedRows } = await database
      .updateTable('oauth_session')
      .set(({ eb }) => ({ status: 'revoking', generation: eb('generation', '+', 1) }))
      .where('id', '=', id)
      .where('status', 'in', ['active', 'needs_reauth'])
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Lists the sessions that still have to be revoked at their issuers. */
  async listRevoking(): Promise<string[]> {
    const rows = await this.database
      .selectFrom('oauth_session')
      .select('id')
      .where('status', '=', 'revoking')
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Erases the secrets of a session that was revoked at its issuer. */
  async erase(id: string): Promise<void> {
    await this.database
      .updateTable('oauth_session')
      .set(({ eb }) => ({ status: 'revoked', sealed: null, generation: eb('generation', '+', 1) }))
      .where('id', '=', id)
      .where('status', '=', 'revoking')
      .execute();
  }

  /** Counts the active sessions that belong to another client id. */
  async countOfOtherClients(clientId: string): Promise<number> {
    const { count } = await this.database
      .selectFrom('oauth_session')
      .select(({ fn }) => fn.countAll<number | string>().as('count'))
      .where('client_id', '!=', clientId)
      .where('status', '=', 'active')
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Tells every active session of another client id that it needs its owner again. */
  async markClientChanged(clientId: string): Promise<number> {
    const { numUpdatedRows } = await this.database
      .updateTable('oauth_session')
      .set(({ eb }) => ({
        status: 'needs_reauth',
        reason: 'client_changed',
        generation: eb('generation', '+', 1),
      }))
      .where('client_id', '!=', clientId)
      .where('status', '=', 'active')
      .executeTakeFirst();
    return Number(numUpdatedRows);
  }
}
