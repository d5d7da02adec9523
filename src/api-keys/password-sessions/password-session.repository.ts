import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { RowMac } from '../../crypto/row-mac.ts';
import { Database } from '../../database/connection/database.ts';
import type { PasswordSessionId } from '../../database/tables/id.ts';
import type { PasswordSessionTable } from '../../database/tables/password-session.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { toDate, toTimestamp } from '../../database/tables/timestamp.ts';
import type { PasswordSession } from './password-session.ts';

type Row = Selectable<PasswordSessionTable>;

/**
 * Stores password sessions that were renewed or ended. Every row has a MAC over all its columns but `seen_at`.
 *
 * Methods that return sessions throw BrokerError `SealedRowUnreadable` if a row was edited.
 */
@Injectable()
export class PasswordSessionRepository {
  constructor(
    private readonly database: Database,
    private readonly mac: RowMac,
  ) {}

  async find(id: PasswordSessionId): Promise<PasswordSession | undefined> {
    const query = this.database.selectFrom('password_session').selectAll().where('id', '=', id);
    const row = await query.executeTakeFirst();
    return row && this.verified(row);
  }

  /** Finds a session and locks its row until the transaction ends. */
  async lock(id: PasswordSessionId, transaction: Kysely<Schema>): Promise<PasswordSession | undefined> {
    const query = transaction.selectFrom('password_session').selectAll().where('id', '=', id);
    const row = await this.database.dialect.lockRows(query).executeTakeFirst();
    return row && this.verified(row);
  }

  /**
   * Stores the first change of a session. Returns whether it did: another transaction may have stored one, for whose end
   * it waits.
   */
  async insert(session: PasswordSession, transaction: Kysely<Schema>): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await transaction
      .insertInto('password_session')
      .values(this.toRow(session))
      .onConflict(conflict => conflict.column('id').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Replaces a session that the transaction has locked. */
  async replace(session: PasswordSession, transaction: Kysely<Schema>): Promise<void> {
    const { id, ...changed } = this.toRow(session);
    await transaction.updateTable('password_session').set(changed).where('id', '=', id).execute();
  }

  /** Stores that a token of this generation was used, unless that is stored. */
  async markSeen({ id, generation }: PasswordSession, now: Date): Promise<void> {
    await this.database
      .updateTable('password_session')
      .set({ seen_at: toTimestamp(now) })
      .where('id', '=', id)
      .where('generation', '=', generation)
      .where('seen_at', 'is', null)
      .execute();
  }

  private toRow(session: PasswordSession): Row {
    const row = {
      id: session.id,
      api_key_id: session.apiKeyId,
      generation: session.generation,
      renewed_at: toTimestamp(session.renewedAt),
      seen_at: session.seenAt && toTimestamp(session.seenAt),
      ended_at: session.endedAt && toTimestamp(session.endedAt),
      expires_at: toTimestamp(session.expiresAt),
    };
    return { ...row, mac: this.mac.sign(macBinding(row)) };
  }

  private verified(row: Row): PasswordSession {
    this.mac.verify(row.mac, macBinding(row));
    return {
      id: row.id,
      apiKeyId: row.api_key_id,
      generation: row.generation,
      renewedAt: new Date(row.renewed_at),
      seenAt: toDate(row.seen_at),
      endedAt: toDate(row.ended_at),
      expiresAt: new Date(row.expires_at),
    };
  }
}

function macBinding(row: Omit<Row, 'mac' | 'seen_at'>): RowBinding {
  const { id, api_key_id, generation, renewed_at, ended_at, expires_at } = row;
  return {
    table: 'password_session',
    column: 'mac',
    id,
    facts: { api_key_id, generation: String(generation), renewed_at, ended_at, expires_at },
  };
}
