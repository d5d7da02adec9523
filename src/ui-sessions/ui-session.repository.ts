import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import type { RowBinding } from '../crypto/row-binding.ts';
import { RowMac } from '../crypto/row-mac.ts';
import { Database } from '../database/connection/database.ts';
import { countDeleted, wroteRow } from '../database/connection/written-rows.ts';
import type { Schema } from '../database/tables/schema.ts';
import type { SessionId, UiSessionId } from '../database/tables/id.ts';
import type { Did } from '../database/tables/did.ts';
import { type Timestamp, toTimestamp } from '../database/tables/timestamp.ts';
import { toUiSession, type UiSession, type UiSessionRow } from './ui-session.ts';

export type UiSessionQuery = {
  readonly did: Did;
  /** The last id of the previous page. */
  readonly cursor?: UiSessionId | undefined;
  readonly limit: number;
};

/** Browser sessions. Every row carries a MAC over all its columns. */
@Injectable()
export class UiSessionRepository {
  constructor(
    private readonly database: Database,
    private readonly rowMac: RowMac,
  ) {}

  async insertUiSession(row: Omit<UiSessionRow, 'mac'>, database: Kysely<Schema>): Promise<void> {
    await database
      .insertInto('ui_session')
      .values({ ...row, mac: this.rowMac.sign(macBinding(row)) })
      .execute();
  }

  /** @throws BrokerError `SealedRowUnreadable` when the row was edited */
  async findUiSessionByDigest(digest: string): Promise<UiSession | undefined> {
    const row = await this.database
      .selectFrom('ui_session')
      .selectAll()
      .where('digest', '=', digest)
      .executeTakeFirst();
    return row && this.verified(row);
  }

  /** Finds a browser session of an account. @throws BrokerError `SealedRowUnreadable` when the row was edited */
  async findUiSession(id: UiSessionId, did: Did): Promise<UiSession | undefined> {
    const row = await this.database
      .selectFrom('ui_session')
      .selectAll()
      .where('id', '=', id)
      .where('did', '=', did)
      .executeTakeFirst();
    return row && this.verified(row);
  }

  /**
   * Lists an account's browser sessions in the order of their ids. Served by the index on `did`.
   *
   * @throws BrokerError `SealedRowUnreadable` when a row was edited
   */
  async listUiSessions({ did, cursor, limit }: UiSessionQuery): Promise<UiSession[]> {
    let query = this.database.selectFrom('ui_session').selectAll().where('did', '=', did);
    if (cursor !== undefined) query = query.where('id', '>', cursor);
    const rows = await query.orderBy('id').limit(limit).execute();
    return rows.map(row => this.verified(row));
  }

  /**
   * Stores when browsers were last seen, by the digests of their cookies. An older time never replaces a newer one. A row
   * whose MAC is wrong stays as it is: the next read of it raises the alarm.
   */
  async touchUiSessions(seen: ReadonlyMap<string, Date>): Promise<void> {
    await this.database.transactIdempotent(async transaction => {
      for (const [digest, at] of seen) await this.touchUiSession(digest, toTimestamp(at), transaction);
    });
  }

  /** Deletes every browser session that holds a session. */
  async deleteUiSessionsOf(sessionId: SessionId): Promise<void> {
    await this.database.deleteFrom('ui_session').where('session_id', '=', sessionId).execute();
  }

  /**
   * Deletes up to `limit` browser sessions whose session has waited for a lost answer since `before` or longer. Returns
   * their number. Served by the partial index `oauth_session_response_lost`.
   */
  async deleteSuspended(before: Date, limit: number): Promise<number> {
    return countDeleted(
      this.database.deleteFrom('ui_session').where('id', 'in', select =>
        select
          .selectFrom('ui_session')
          .innerJoin('oauth_session', 'oauth_session.id', 'ui_session.session_id')
          .select('ui_session.id')
          .where(sql<boolean>`status = 'needs_reauth' and reason in ('response_lost', 'restored')`)
          .where('oauth_session.needs_reauth_at', '<=', toTimestamp(before))
          .limit(limit),
      ),
    );
  }

  /** Returns whether the row existed. */
  async deleteUiSession(id: UiSessionId, database: Kysely<Schema>): Promise<boolean> {
    return wroteRow(database.deleteFrom('ui_session').where('id', '=', id));
  }

  private verified(row: UiSessionRow): UiSession {
    this.rowMac.verify(row.mac, macBinding(row));
    return toUiSession(row);
  }

  private async touchUiSession(digest: string, seenAt: Timestamp, database: Kysely<Schema>): Promise<void> {
    const row = await database
      .selectFrom('ui_session')
      .selectAll()
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (!row || row.last_seen_at >= seenAt || !this.rowMac.isValid(row.mac, macBinding(row))) return;
    const seen = { ...row, last_seen_at: seenAt };
    await database
      .updateTable('ui_session')
      .set({ last_seen_at: seenAt, mac: this.rowMac.sign(macBinding(seen)) })
      .where('id', '=', row.id)
      .where('last_seen_at', '=', row.last_seen_at)
      .execute();
  }
}

function macBinding(row: Omit<UiSessionRow, 'mac'>): RowBinding {
  const { id, digest, did, session_id, user_agent, created_at, last_seen_at, expires_at } = row;
  const facts = { digest, did, session_id, user_agent, created_at, last_seen_at, expires_at };
  return { table: 'ui_session', column: 'mac', id, facts };
}
