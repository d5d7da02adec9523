import { Injectable } from '@nestjs/common';
import { sql, type UpdateQueryBuilder, type UpdateResult } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import { AttemptId, newId, type SessionId } from '../../database/tables/id.ts';
import type { AttemptState } from '../../database/tables/oauth-session.ts';
import type { Timestamp } from '../../database/tables/timestamp.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { Instances } from '../../leases/instances/instances.service.ts';
import { NO_ATTEMPT } from '../stored/granted-row.ts';
import { IN_CHECK, type SentMark } from '../stored/session-standing.ts';
import type { SessionState } from '../stored/session-marks.service.ts';
import type { SessionRow } from '../stored/session-row.ts';
import { SessionSecretsBox } from '../stored/session-secrets.service.ts';

/** How long after a rollback a row is compared with the journals of all instances. */
const COMPARED_SECONDS = 24 * 60 * 60;

type SessionUpdate = UpdateQueryBuilder<Schema, 'oauth_session', 'oauth_session', UpdateResult>;

/** A row as it was read. Every write is guarded by it. */
export type RolledBackRow = Pick<SessionRow, 'id' | 'generation' | 'status'>;

/** A row with its attempt, as it was read. */
export type PositionedRow = RolledBackRow & Pick<SessionRow, 'attempt_id' | 'attempt_state' | 'failures'>;

/**
 * Writes about rows that the database rolled back. Each changes a row only as it was read. A row that is put back or put
 * in check has the generation that its tokens were stored with, so that every journal can be compared with it.
 */
@Injectable()
export class RollbackRepository {
  constructor(
    private readonly database: Database,
    private readonly sessionSecretsBox: SessionSecretsBox,
    private readonly instances: Instances,
  ) {}

  /**
   * Puts a row back to a newer state, as it was stored. Another process may have used its refresh token since, so an
   * active session starts in doubt. Returns whether it did.
   */
  putBack(row: RolledBackRow, state: SessionState): Promise<boolean> {
    const { columns, secrets, status, reason, generation } = state;
    return wroteRow(
      this.asRead(row).set({
        ...columns,
        ...(status === 'active' ? this.inDoubt() : NO_ATTEMPT),
        sealed: this.sessionSecretsBox.seal(secrets, columns),
        status,
        reason,
        needs_reauth_at: status === 'needs_reauth' ? this.database.now() : null,
        generation,
        attempt_no: 0,
        failures: 0,
        next_refresh_at: this.database.now(),
        rolled_back_at: this.database.now(),
      }),
    );
  }

  /** Puts back an attempt that was sent, so that its token is not sent again meanwhile. Returns whether it did. */
  putAttemptBack(row: PositionedRow, sent: SentMark, state: AttemptState): Promise<boolean> {
    return wroteRow(
      this.asRead(row)
        .set({
          attempt_id: sent.attemptId,
          attempt_state: state,
          owner: sent.owner,
          sent_at: sent.sentAt,
          lease_until: null,
          rolled_back_at: this.database.now(),
        })
        .where('attempt_id', 'is not distinct from', row.attempt_id)
        .where('attempt_state', 'is not distinct from', row.attempt_state)
        .where('failures', '=', row.failures),
    );
  }

  /** Puts an active row in check: nothing is sent from it. Returns whether it did. */
  putInCheck(row: RolledBackRow): Promise<boolean> {
    return wroteRow(
      this.asRead(row)
        .set({ ...NO_ATTEMPT, ...IN_CHECK, rolled_back_at: this.database.now() })
        .where('status', '=', 'active'),
    );
  }

  /** Ends a session whose end the database lost. It is revoked at its issuer again. Returns whether it did. */
  endAgain(row: RolledBackRow, generation: number): Promise<boolean> {
    return wroteRow(this.asRead(row).set({ ...NO_ATTEMPT, status: 'revoking', reason: null, generation }));
  }

  /**
   * Ends a revoked session once more, so that its newer tokens are revoked too. No tokens were left in its row. Returns
   * whether it did.
   */
  revokeNewest(row: RolledBackRow, { columns, secrets, generation }: SessionState): Promise<boolean> {
    const sealed = this.sessionSecretsBox.seal(secrets, columns);
    return wroteRow(
      this.asRead(row).set({
        ...columns,
        ...NO_ATTEMPT,
        sealed,
        status: 'revoking',
        generation: generation + 1,
      }),
    );
  }

  /** Lists active sessions of before a restore that are not in doubt for it yet, by id. */
  async listBeforeRestore(restoredAt: Timestamp, after: SessionId, limit: number): Promise<PositionedRow[]> {
    return this.database
      .selectFrom('oauth_session')
      .select(['id', 'generation', 'status', 'attempt_id', 'attempt_state', 'failures'])
      .where('status', '=', 'active')
      .where('refreshed_at', '<', restoredAt)
      .where('id', '>', after)
      .where(where =>
        where.or([where('rolled_back_at', 'is', null), where('rolled_back_at', '<', restoredAt)]),
      )
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  /**
   * Puts an active row in doubt as if its token had just been sent: the access token serves, and every instance has time to
   * put a newer state back before the token is sent. An attempt that was sent stays. Returns whether it did.
   */
  doubtRestored(row: PositionedRow): Promise<boolean> {
    const isSent = row.attempt_state === 'sent' || row.attempt_state === 'in_doubt';
    return wroteRow(
      this.asRead(row)
        .set({ ...(!isSent && this.inDoubt()), rolled_back_at: this.database.now() })
        .where('attempt_id', 'is not distinct from', row.attempt_id)
        .where('attempt_state', 'is not distinct from', row.attempt_state),
    );
  }

  /** Counts what became of the sessions that a restore put in doubt. */
  async countRestored(restoredAt: Timestamp): Promise<{ open: number; ended: number }> {
    const { rows } = await sql<{ open: number | string; ended: number | string }>`
      select
        count(case when status in ('active', 'needs_check') and rolled_back_at is not null then 1 end) as open,
        count(case when reason = 'restored' and needs_reauth_at >= ${restoredAt} then 1 end) as ended
      from oauth_session`.execute(this.database);
    return { open: Number(rows[0]?.open ?? 0), ended: Number(rows[0]?.ended ?? 0) };
  }

  /** Uses a row in check as it is, in a generation above every journal's. Returns whether it did. */
  release(row: RolledBackRow, generation: number): Promise<boolean> {
    return wroteRow(
      this.asRead(row).set({
        ...this.inDoubt(),
        status: 'active',
        generation,
        next_refresh_at: this.database.now(),
      }),
    );
  }

  /**
   * Says that only its owner can renew a session in check. Its generation stays, so that an instance that returns with a
   * newer state still puts it back. Returns whether it did.
   */
  markRestored(row: RolledBackRow): Promise<boolean> {
    return wroteRow(
      this.asRead(row).set({
        ...NO_ATTEMPT,
        status: 'needs_reauth',
        reason: 'restored',
        needs_reauth_at: this.database.now(),
      }),
    );
  }

  /** Lists sessions that were found rolled back within a day and may have a newer state somewhere, by id. */
  async listRolledBack(after: SessionId, limit: number): Promise<SessionId[]> {
    const rows = await this.database
      .selectFrom('oauth_session')
      .select('id')
      .where('rolled_back_at', '>', this.database.now(-COMPARED_SECONDS))
      .where('status', 'in', ['active', 'needs_check', 'needs_reauth'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Reads where the rows of sessions stand. */
  async listPositions(ids: readonly SessionId[]): Promise<PositionedRow[]> {
    if (ids.length === 0) return [];
    return this.database
      .selectFrom('oauth_session')
      .select(['id', 'generation', 'status', 'attempt_id', 'attempt_state', 'failures'])
      .where('id', 'in', ids)
      .execute();
  }

  /** An attempt of this process, which has no answer to it. */
  private inDoubt() {
    return {
      attempt_id: newId(AttemptId),
      attempt_state: 'in_doubt' as const,
      owner: this.instances.self,
      sent_at: this.database.now(),
      lease_until: null,
    };
  }

  private asRead({ id, generation, status }: RolledBackRow): SessionUpdate {
    return this.database
      .updateTable('oauth_session')
      .where('id', '=', id)
      .where('generation', '=', generation)
      .where('status', '=', status);
  }
}
