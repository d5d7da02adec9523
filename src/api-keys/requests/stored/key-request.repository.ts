import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { RowBinding } from '../../../crypto/row-binding.ts';
import { RowMac } from '../../../crypto/row-mac.ts';
import { Database } from '../../../database/connection/database.ts';
import { countDeleted, wroteRow } from '../../../database/connection/written-rows.ts';
import type { Schema } from '../../../database/tables/schema.ts';
import type { KeyRequestId } from '../../../database/tables/id.ts';
import { toTimestamp } from '../../../database/tables/timestamp.ts';
import { normalizeClaimCode } from '../rules/claim-code.ts';
import { type KeyRequestRow, type StoredKeyRequest, toKeyRequest } from '../rules/key-request.ts';

const OPEN = ['pending', 'authorized'] as const;

/** The columns that a change of a request may set. */
export type KeyRequestChange = Partial<
  Pick<KeyRequestRow, 'status' | 'scope' | 'code_digest' | 'tries' | 'session_id' | 'api_key_id'>
>;

/**
 * Stores key requests. Every row has a MAC over all its columns.
 *
 * Methods that return requests throw BrokerError `SealedRowUnreadable` if a row was edited.
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
      .values({ ...row, mac: this.mac.sign(macBinding(row)) })
      .execute();
  }

  async find(id: KeyRequestId): Promise<StoredKeyRequest | undefined> {
    const found = await this.selectById(id, this.database).executeTakeFirst();
    return found && this.verifyRow(found);
  }

  /** Finds a request and locks its row until the transaction ends. */
  async lock(id: KeyRequestId, transaction: Kysely<Schema>): Promise<StoredKeyRequest | undefined> {
    const query = this.database.dialect.lockRows(this.selectById(id, transaction));
    const found = await query.executeTakeFirst();
    return found && this.verifyRow(found);
  }

  /** Changes a request unless it has changed since it was read, by its MAC. Returns whether it did. */
  async change(
    { row }: StoredKeyRequest,
    change: KeyRequestChange,
    database: Kysely<Schema>,
  ): Promise<boolean> {
    return wroteRow(
      database
        .updateTable('key_request')
        .set({ ...change, mac: this.mac.sign(macBinding({ ...row, ...change })) })
        .where('id', '=', row.id)
        .where('mac', '=', row.mac),
    );
  }

  /** Returns the MAC of a claim code, to be stored: a digest of such a short text could be guessed from the database. */
  macOfCode(id: KeyRequestId, code: string): string {
    return this.mac.sign(codeBinding(id, code));
  }

  /** Returns whether a claim code is the request's. Compares in constant time. */
  isRightCode({ id, row }: StoredKeyRequest, code: string): boolean {
    return row.code_digest !== null && this.mac.isValid(row.code_digest, codeBinding(id, code));
  }

  /** Counts the pending requests. Served by the index on `status`. */
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
   * Lists the ids of up to `limit` requests that had expired at `now` and are not marked so. Skips edited rows, which
   * raise the alarm when they are read. Served by the index on `status`.
   */
  async listExpired(limit: number, now: Date): Promise<KeyRequestId[]> {
    const rows = await this.database
      .selectFrom('key_request')
      .selectAll()
      .where('status', 'in', OPEN)
      .where('expires_at', '<=', toTimestamp(now))
      .orderBy('expires_at', 'desc')
      .limit(limit)
      .execute();
    return rows.filter(row => this.mac.isValid(row.mac, macBinding(row))).map(({ id }) => id);
  }

  /**
   * Deletes up to `limit` ended requests that expired before `before`. Returns their number. Served by the index on
   * `expires_at`.
   */
  async deleteEnded(before: Date, limit: number): Promise<number> {
    return countDeleted(
      this.database
        .deleteFrom('key_request')
        .where('id', 'in', select =>
          select
            .selectFrom('key_request')
            .select('id')
            .where('status', 'not in', OPEN)
            .where('expires_at', '<=', toTimestamp(before))
            .orderBy('expires_at')
            .limit(limit),
        ),
    );
  }

  private selectById(id: KeyRequestId, database: Kysely<Schema>) {
    return database
      .selectFrom('key_request')
      .selectAll()
      .select(this.database.now().as('read_at'))
      .where('id', '=', id);
  }

  private verifyRow({ read_at, ...row }: KeyRequestRow & { read_at: string }): StoredKeyRequest {
    this.mac.verify(row.mac, macBinding(row));
    return toKeyRequest(row, new Date(read_at));
  }
}

function codeBinding(id: KeyRequestId, code: string): RowBinding {
  return { table: 'key_request', column: 'code_digest', id, facts: { code: normalizeClaimCode(code) } };
}

function macBinding({ id, tries, expires_in_days, ...row }: Omit<KeyRequestRow, 'mac'>): RowBinding {
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
