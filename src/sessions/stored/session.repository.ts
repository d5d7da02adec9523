import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { SessionPurpose, SessionReason, SessionStatus } from '../../database/tables/oauth-session.ts';
import { newId, SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { NO_ATTEMPT, type SessionLife, toGrantedRow } from './granted-row.ts';
import type { NewGrant } from './new-grant.ts';
import { isUnadopted, isUnheld } from './session-holders.ts';
import type { AttemptKey, Session } from './session.ts';
import { type ReadSession, SessionMarks } from './session-marks.service.ts';
import { isSealedAlike, type SessionRow, toSession } from './session-row.ts';
import { IN_CHECK } from './session-standing.ts';
import { type SessionSecrets, SessionSecretsBox } from './session-secrets.service.ts';

/** A session as it was read: its row, its secrets unless they were erased, and the database's time of the read. */
export type StoredSession = ReadSession & { readonly readAt: Date };

const MARKED_AT_ONCE = 200;

const ENDABLE = ['active', 'needs_check', 'needs_reauth'] as const;

/** Must equal the predicate of the partial index `oauth_session_troubled`, or the planner will not use it. */
const IN_TROUBLE = sql<boolean>`(failures > 0 or attempt_state = 'in_doubt' or status = 'needs_check')`;

/** A loopback client's id holds all that an issuer knows of it, so every broker can go on as that client. */
const isOfOtherClient = (clientId: string) =>
  sql<boolean>`(client_id <> ${clientId} and client_id not like 'http://localhost%')`;

export type SessionQuery = {
  readonly did?: Did | undefined;
  /** The handle that was verified when the session was granted. Another account may have it now. */
  readonly handle?: string | undefined;
  readonly status?: SessionStatus | undefined;
  /** Only sessions whose refresh fails or is in doubt, or that are in check. */
  readonly troubled?: boolean | undefined;
  /** The last id of the previous page. */
  readonly cursor?: SessionId | undefined;
  readonly limit: number;
};

/** Stored sessions. Every change of a status is guarded, and increments the generation. */
@Injectable()
export class SessionRepository {
  constructor(
    private readonly database: Database,
    private readonly sessionSecretsBox: SessionSecretsBox,
    private readonly sessionMarks: SessionMarks,
  ) {}

  async insertSession(
    grant: Grant,
    life: SessionLife,
    database: Kysely<Schema> = this.database,
  ): Promise<Session> {
    const to = { ...life, id: newId(SessionId), generation: 1 };
    const row = toGrantedRow(grant, to, this.sessionSecretsBox, await this.database.readNow(database));
    await database.insertInto('oauth_session').values(row).execute();
    return toSession(row);
  }

  /**
   * Stores a grant as a session without a holder. Storing it twice is safe. Nothing refreshes it until it is adopted. The
   * handle is stored by {@link adopt}.
   */
  async insertUnheld(
    { id, grant }: NewGrant,
    purpose: SessionPurpose,
    database: Kysely<Schema> = this.database,
  ): Promise<void> {
    const to = { id, handle: null, purpose, generation: 1 };
    const row = toGrantedRow(grant, to, this.sessionSecretsBox, await this.database.readNow(database));
    await database
      .insertInto('oauth_session')
      .values({ ...row, next_refresh_at: null })
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute();
  }

  /**
   * Completes a session that was stored without a holder, in the transaction that adds its first one. A concurrent sweep
   * then keeps it. Returns undefined if a sweep came first.
   */
  async adopt(
    { id, grant }: NewGrant,
    life: SessionLife,
    transaction: Kysely<Schema>,
  ): Promise<Session | undefined> {
    const to = { ...life, id, generation: 1 };
    const row = toGrantedRow(grant, to, this.sessionSecretsBox, await this.database.readNow(transaction));
    const update = transaction.updateTable('oauth_session').set(row).where(isUnadopted(id));
    return (await wroteRow(update)) ? toSession(row) : undefined;
  }

  /**
   * Returns a session as it may be used. One whose row is behind what this process knows has the status `needs_check`.
   *
   * @param known an earlier read of the session. Its secrets are reused if the row is still sealed alike
   * @throws BrokerError `SealedRowUnreadable` when the row was edited
   */
  async findSession(id: SessionId, known?: StoredSession): Promise<StoredSession | undefined> {
    const foreknown = this.sessionMarks.foresee(id);
    const found = await this.database
      .selectFrom('oauth_session')
      .selectAll()
      .select(this.database.now().as('read_at'))
      .where('id', '=', id)
      .executeTakeFirst();
    if (!found) return undefined;
    const { read_at, ...row } = found;
    const secrets = known && isSealedAlike(known.row, row) ? known.secrets : this.open(row);
    return this.sessionMarks.check({ ...toSession(row), row, secrets, readAt: new Date(read_at) }, foreknown);
  }

  /** Returns the id of the active session that an account was granted last. */
  async findNewestActive(did: Did): Promise<SessionId | undefined> {
    const row = await this.database
      .selectFrom('oauth_session')
      .select('id')
      .where('did', '=', did)
      .where('status', '=', 'active')
      .orderBy('granted_at', 'desc')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    return row?.id;
  }

  /** Touches the row so that a concurrent sweep waits for the new holder. Returns false if the session is not active. */
  async addHolder({ id, did }: Pick<Session, 'id' | 'did'>, database: Kysely<Schema>): Promise<boolean> {
    return wroteRow(
      database
        .updateTable('oauth_session')
        .set({ last_used_at: this.database.now() })
        .where('id', '=', id)
        .where('did', '=', did)
        .where('status', '=', 'active'),
    );
  }

  /** Locks a session until the transaction ends, so that later reads in it see the newest row. */
  async lockSession(id: SessionId, transaction: Kysely<Schema>): Promise<void> {
    const query = transaction.selectFrom('oauth_session').select('id').where('id', '=', id);
    await this.database.dialect.lockRows(query).execute();
  }

  /** Marks a session `revoking` unless it has a holder at `now`. Returns whether this call did. */
  async markRevokingUnheld(id: SessionId, now: Date, database: Kysely<Schema>): Promise<boolean> {
    return wroteRow(
      database
        .updateTable('oauth_session')
        .set(({ eb }) => ({ ...NO_ATTEMPT, status: 'revoking', generation: eb('generation', '+', 1) }))
        .where('id', '=', id)
        .where('status', 'in', ENDABLE)
        .where(isUnheld(now)),
    );
  }

  /** Marks a session `revoking`, and keeps the refresh token to revoke it with. Returns whether this call did. */
  async markRevoking(id: SessionId, database: Kysely<Schema> = this.database): Promise<boolean> {
    return wroteRow(
      database
        .updateTable('oauth_session')
        .set(({ eb }) => ({ ...NO_ATTEMPT, status: 'revoking', generation: eb('generation', '+', 1) }))
        .where('id', '=', id)
        .where('status', 'in', ENDABLE),
    );
  }

  /** Lists sessions marked `revoking`, in random order, so that a few that cannot be revoked delay no others. */
  async listRevoking(limit: number): Promise<SessionId[]> {
    const rows = await this.database
      .selectFrom('oauth_session')
      .select('id')
      .where('status', '=', 'revoking')
      .orderBy(sql`random()`)
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  }

  /**
   * Marks a session `revoked` and erases its secrets, after its issuer revoked it. Deletes a session that never had a
   * holder, so that an account that was refused leaves nothing.
   */
  async eraseSecrets(id: SessionId): Promise<void> {
    await this.database
      .deleteFrom('oauth_session')
      .where('id', '=', id)
      .where('status', '=', 'revoking')
      .where('next_refresh_at', 'is', null)
      .execute();
    await this.database
      .updateTable('oauth_session')
      .set(({ eb }) => ({ status: 'revoked', sealed: null, generation: eb('generation', '+', 1) }))
      .where('id', '=', id)
      .where('status', '=', 'revoking')
      .execute();
  }

  /** Marks the session `needs_reauth` if generation and attempt are still current. Returns whether it did. */
  async markNeedsReauth(
    { sessionId, generation, attemptId }: AttemptKey,
    reason: SessionReason,
  ): Promise<boolean> {
    return wroteRow(
      this.database
        .updateTable('oauth_session')
        .set(({ eb }) => ({
          ...NO_ATTEMPT,
          status: 'needs_reauth',
          reason,
          needs_reauth_at: this.database.now(),
          generation: eb('generation', '+', 1),
        }))
        .where('id', '=', sessionId)
        .where('generation', '=', generation)
        .where('attempt_id', '=', attemptId)
        .where('status', '=', 'active'),
    );
  }

  /**
   * Puts a session in check whose token proved to be spent soon after it was rolled back. Guarded by the attempt that
   * proved it. Returns whether it did.
   */
  putInCheck({ sessionId, generation, attemptId }: AttemptKey): Promise<boolean> {
    return wroteRow(
      this.database
        .updateTable('oauth_session')
        .set({ ...NO_ATTEMPT, ...IN_CHECK })
        .where('id', '=', sessionId)
        .where('generation', '=', generation)
        .where('attempt_id', '=', attemptId)
        .where('status', '=', 'active'),
    );
  }

  /** Stores that sessions are in use, in batches small enough for every database. */
  async markUsed(ids: readonly SessionId[]): Promise<void> {
    for (let start = 0; start < ids.length; start += MARKED_AT_ONCE) {
      await this.database
        .updateTable('oauth_session')
        .set({ last_used_at: this.database.now() })
        .where('id', 'in', ids.slice(start, start + MARKED_AT_ONCE))
        .execute();
    }
  }

  /** Lists sessions for the operator, ordered by id. Each filter has an index. */
  async listSessions({ did, handle, status, troubled, cursor, limit }: SessionQuery): Promise<Session[]> {
    let query = this.database.selectFrom('oauth_session').selectAll().orderBy('id').limit(limit);
    if (did !== undefined) query = query.where('did', '=', did);
    if (handle !== undefined) query = query.where('handle', '=', handle);
    if (status !== undefined) query = query.where('status', '=', status);
    if (troubled) query = query.where(IN_TROUBLE);
    if (cursor !== undefined) query = query.where('id', '>', cursor);
    return (await query.execute()).map(toSession);
  }

  /** Counts the active sessions of other client ids that this broker cannot act as. */
  async countSessionsOfOtherClients(clientId: string): Promise<number> {
    const { count } = await this.database
      .selectFrom('oauth_session')
      .select(({ fn }) => fn.countAll<number | string>().as('count'))
      .where(isOfOtherClient(clientId))
      .where('status', '=', 'active')
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Marks the sessions that {@link countSessionsOfOtherClients} counts `needs_reauth`, and returns them. */
  markClientChanged(clientId: string): Promise<Pick<Session, 'id' | 'did'>[]> {
    return this.database
      .updateTable('oauth_session')
      .set(({ eb }) => ({
        ...NO_ATTEMPT,
        status: 'needs_reauth',
        reason: 'client_changed',
        needs_reauth_at: this.database.now(),
        generation: eb('generation', '+', 1),
      }))
      .where(isOfOtherClient(clientId))
      .where('status', '=', 'active')
      .returning(['id', 'did'])
      .execute();
  }

  private open(row: SessionRow): SessionSecrets | null {
    return row.sealed === null ? null : this.sessionSecretsBox.open(row.sealed, row);
  }
}
