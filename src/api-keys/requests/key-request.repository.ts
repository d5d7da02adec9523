import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { RowMac } from '../../crypto/row-mac.ts';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { KeyRequestId } from '../../database/tables/id.ts';
import { type KeyRequestRow, type StoredKeyRequest, toKeyRequest } from './key-request.ts';

const OPEN = ['pending', 'authorized'] as const;

/** What a change of a request may change. */
export type KeyRequestChange = Partial<
  Pick<KeyRequestRow, 'status' | 'scope' | 'code_digest' | 'tries' | 'session_id' | 'api_key_id'>
>;

/**
 * Key requests; every row carries a MAC over all that it says. Every reading throws a BrokerError `SealedRowUnreadable`
 * when the row was edited.
 */
@Injectable()
export class KeyRequestRepository {
  constructor(
    private readonly database: Database,
    private readonly mac: RowMac,
  ) {}

  async insert(row: Omit<KeyRequestRow, 'mac'>, database: Kysely<Schema>): Promise<void> {
    await database
      .insertInto('key_request')
      .values({ ...row, mac: this.mac.sign(bindingOf(row)) })
      .execute();
  }

  async find(id: KeyRequestId): Promise<StoredKeyRequest | undefined> {
    const found = await this.selectById(id, this.database).executeTakeFirst();
    return found && this.open(found);
  }

  /** Finds a request and locks it, so that nobody else changes it before this transaction ends. */
  async lock(id: KeyRequestId, transaction: Kysely<Schema>): Promise<StoredKeyRequest | undefined> {
    let query = this.selectById(id, transaction);
    if (this.database.dialect === 'postgres') query = query.forUpdate();
    const found = await query.executeTakeFirst();
    return found && this.open(found);
  }

  /** Changes a request that is still as it was read, which its MAC tells; answers whether it was. */
  async change(
    { row }: StoredKeyRequest,
    change: KeyRequestChange,
    database: Kysely<Schema>,
  ): Promise<boolean> {
    const { numUpdatedRows } = await database
      .updateTable('key_request')
      .set({ ...change, mac: this.mac.sign(bindingOf({ ...row, ...change })) })
      .where('id', '=', row.id)
      .where('mac', '=', row.mac)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Counts the requests that wait for their owners. Served by the index on `status`. */
  async countPending(database: Kysely<Schema>): Promise<number> {
    const { count } = await database
      .selectFrom('key_request')
      .select(({ fn }) => fn.countAll<number | string>().as('count'))
      .where('status', '=', 'pending')
      .where('expires_at', '>', this.database.now())
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /**
   * Lists the ids of up to `limit` requests that have expired and are not marked so. One that was edited is left out:
   * whoever asks for it meets the alarm. Served by the index on `status`.
   */
  async listExpired(limit: number): Promise<KeyRequestId[]> {
    const rows = await this.database
      .selectFrom('key_request')
      .selectAll()
      .where('status', 'in', OPEN)
      .where('expires_at', '<=', this.database.now())
      .orderBy('expires_at', 'desc')
      .limit(limit)
      .execute();
    return rows.filter(row => this.mac.isValid(row.mac, bindingOf(row))).map(({ id }) => id);
  }

  /** Deletes up to `limit` requests that have been over for so long; answers how many. Served by the index on `expires_at`. */
  async deleteOver(seconds: number, limit: number): Promise<number> {
    const { numDeletedRows } = await this.database
      .deleteFrom('key_request')
      .where('id', 'in', select =>
        select
          .selectFrom('key_request')
          .select('id')
          .where('status', 'not in', OPEN)
          .where('expires_at', '<=', this.database.now(-seconds))
          .orderBy('expires_at')
          .limit(limit),
      )
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  private selectById(id: KeyRequestId, database: Kysely<Schema>) {
    return database
      .selectFrom('key_request')
      .selectAll()
      .select(this.database.now().as('read_at'))
      .where('id', '=', id);
  }

  private open({ read_at, ...row }: KeyRequestRow & { read_at: string }): StoredKeyRequest {
    this.mac.verify(row.mac, bindingOf(row));
    return toKeyRequest(row, new Date(read_at));
  }
}

function bindingOf({ id, tries, expires_in_days, ...row }: Omit<KeyRequestRow, 'mac'>): RowBinding {
  const { did, handle, name, scope, asked_from, status, loopback, code_digest } = row;
  const { session_id, api_key_id, created_at, expires_at } = row;
  return {
    table: 'key_request',
    column: 'mac',
    id,
    facts: {
      ...{ did, handle, name, scope, asked_from, status, loopback, code_digest },
      ...{ session_id, api_key_id, created_at, expires_at },
      tries: String(tries),
      expires_in_days: expires_in_days === null ? null : String(expires_in_days),
    },
  };
}
