import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { RowBinding } from '../crypto/row-binding.ts';
import { RowMac } from '../crypto/row-mac.ts';
import { Database } from '../database/connection/database.ts';
import { countDeleted, wroteRow } from '../database/connection/written-rows.ts';
import type { Schema } from '../database/tables/schema.ts';
import type { TempTokenId } from '../database/tables/id.ts';
import { toTimestamp } from '../database/tables/timestamp.ts';
import { type TempToken, type TempTokenRow, toTempToken } from './temp-token.ts';

/**
 * Stores temp tokens. Every row has a MAC over all its columns.
 *
 * The MAC does not detect that an old version of a row was put back: a holder of a consumed token could then use it again
 * until it expires.
 */
@Injectable()
export class TempTokenRepository {
  constructor(
    private readonly database: Database,
    private readonly mac: RowMac,
  ) {}

  async insert(row: Omit<TempTokenRow, 'mac'>, database: Kysely<Schema>): Promise<void> {
    await database
      .insertInto('temp_token')
      .values({ ...row, mac: this.mac.sign(macBinding(row)) })
      .execute();
  }

  /**
   * Finds a token with the database's time. Served by the unique index on `digest`.
   *
   * @throws BrokerError `SealedRowUnreadable` if the row was edited
   */
  async findByDigest(digest: string): Promise<TempToken | undefined> {
    const found = await this.database
      .selectFrom('temp_token')
      .selectAll()
      .select(this.database.now().as('read_at'))
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (!found) return undefined;
    const { read_at, ...row } = found;
    this.mac.verify(row.mac, macBinding(row));
    return toTempToken(row, read_at);
  }

  /** Marks an unexpired, unconsumed token as consumed. Returns whether this call did. */
  async consume({ row, readAt }: TempToken): Promise<boolean> {
    const consumed_at = toTimestamp(readAt);
    return wroteRow(
      this.database
        .updateTable('temp_token')
        .set({ consumed_at, mac: this.mac.sign(macBinding({ ...row, consumed_at })) })
        .where('id', '=', row.id)
        .where('consumed_at', 'is', null)
        .where('expires_at', '>', this.database.now()),
    );
  }

  /** Counts the unexpired, unconsumed tokens of a resource. Served by the index on (scope, resource_id). */
  async countLive(
    scope: string,
    resource: string,
    database: Kysely<Schema>,
  ): Promise<{ live: number; readAt: Date }> {
    const { live, read_at } = await database
      .selectFrom('temp_token')
      .select(({ fn }) => fn.countAll<number | string>().as('live'))
      .select(this.database.now().as('read_at'))
      .where('scope', '=', scope)
      .where('resource_id', '=', resource)
      .where('consumed_at', 'is', null)
      .where('expires_at', '>', this.database.now())
      .executeTakeFirstOrThrow();
    return { live: Number(live), readAt: new Date(read_at) };
  }

  /** Makes every token of a resource expire within some seconds. Served by the index on (scope, resource_id). */
  async endWithin(scope: string, resource: string, seconds: number, database: Kysely<Schema>): Promise<void> {
    const end = toTimestamp(new Date((await this.database.readNow(database)).getTime() + seconds * 1000));
    const rows = await database
      .selectFrom('temp_token')
      .selectAll()
      .where('scope', '=', scope)
      .where('resource_id', '=', resource)
      .where('expires_at', '>', end)
      .execute();
    for (const row of rows) {
      this.mac.verify(row.mac, macBinding(row));
      await database
        .updateTable('temp_token')
        .set({ expires_at: end, mac: this.mac.sign(macBinding({ ...row, expires_at: end })) })
        .where('id', '=', row.id)
        .where('mac', '=', row.mac)
        .execute();
    }
  }

  /** Deletes a token. Returns the number of deleted rows: 0 or 1. */
  async delete(id: TempTokenId, database: Kysely<Schema>): Promise<number> {
    return countDeleted(database.deleteFrom('temp_token').where('id', '=', id));
  }

  /** Deletes the tokens of a resource. Returns their number. Served by the index on (scope, resource_id). */
  async deleteByResource(scope: string, resource: string, database: Kysely<Schema>): Promise<number> {
    return countDeleted(
      database.deleteFrom('temp_token').where('scope', '=', scope).where('resource_id', '=', resource),
    );
  }
}

function macBinding(row: Omit<TempTokenRow, 'mac'>): RowBinding {
  const { id, digest, scope, resource_id, created_at, expires_at, consumed_at } = row;
  const facts = { digest, scope, resource_id, created_at, expires_at, consumed_at };
  return { table: 'temp_token', column: 'mac', id, facts };
}
