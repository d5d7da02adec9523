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
 * Temp tokens; every row carries a MAC over all that it says. What an editor of rows can do is put back a whole row
 * as it once was, and so let a token that was used be used again until it expires: by who has the token itself.
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
   * Finds a token as the database's time has it. Served by the unique index on `digest`.
   *
   * @throws BrokerError `SealedRowUnreadable` when the row was edited
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

  /** Uses up a token that is alive and unused; answers whether this call did it. */
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

  /** Counts the tokens of a resource that are alive and unused. Served by the index on (scope, resource_id). */
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

  /** Answers how many it deleted: one or none. */
  async delete(id: TempTokenId, database: Kysely<Schema>): Promise<number> {
    return countDeleted(database.deleteFrom('temp_token').where('id', '=', id));
  }

  /** Answers how many it deleted. Served by the index on (scope, resource_id). */
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
