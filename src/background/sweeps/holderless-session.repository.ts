import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { SessionStatus } from '../../database/tables/oauth-session.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { isUnheld } from '../../sessions/stored/session-holders.ts';

/** A new session may be without a holder for this time, which is longer than a sign-in takes after its grant. */
const GRACE_MS = 5 * 60_000;

const LIVING: readonly SessionStatus[] = ['active', 'needs_reauth'];

/** Finds and locks sessions without a holder. */
@Injectable()
export class HolderlessSessionRepository {
  constructor(private readonly database: Database) {}

  /**
   * Reads the next `limit` sessions after an id.
   *
   * @returns those that have not ended and were not new at `now`, and the last id that was read, or undefined after the
   *   last session
   */
  async listSettledAfter(
    cursor: SessionId,
    limit: number,
    now: Date,
  ): Promise<{ ids: SessionId[]; last: SessionId | undefined }> {
    const rows = await this.database
      .selectFrom('oauth_session')
      .select(['id', 'status', 'granted_at'])
      .where('id', '>', cursor)
      .orderBy('id')
      .limit(limit)
      .execute();
    const settledBefore = toTimestamp(new Date(now.getTime() - GRACE_MS));
    const settled = rows.filter(row => row.granted_at <= settledBefore && LIVING.includes(row.status));
    return { ids: settled.map(({ id }) => id), last: rows.at(-1)?.id };
  }

  /**
   * Locks up to `limit` sessions without a holder at `now` for this transaction. Returns their ids, sorted. A transaction
   * that adds a holder updates the session too, so one of the two fails.
   *
   * Served by the indexes on the holders' `session_id`.
   */
  async lock(
    among: readonly SessionId[],
    { limit, now }: { readonly limit: number; readonly now: Date },
    transaction: Transaction<Schema>,
  ): Promise<SessionId[]> {
    const unheld = transaction.selectFrom('oauth_session').select('id').where(isUnheld(now));
    const candidates = unheld.where('id', 'in', among).orderBy('id').limit(limit);
    const locked = (await this.database.dialect.lockFreeRows(candidates).execute()).map(({ id }) => id);
    if (locked.length === 0) return [];
    // Checked again: Postgres locks the newest row version, but reads holders as of the statement's start.
    const rows = await unheld.where('id', 'in', locked).orderBy('id').execute();
    return rows.map(({ id }) => id);
  }
}
