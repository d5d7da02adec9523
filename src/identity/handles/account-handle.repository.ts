import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { RowMac } from '../../crypto/row-mac.ts';
import { unreadableRow } from '../../crypto/unreadable-row.ts';
import { Database } from '../../database/connection/database.ts';
import { isUniqueViolation } from '../../database/connection/database-error.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import type { Did } from '../../database/tables/did.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { Log } from '../../observability/log/log.ts';
import {
  type AccountHandleRow,
  CHECK_PAUSE_MS,
  KEPT_MS,
  type ReadAccountHandle,
  RETRY_PAUSE_MS,
  WATCHED_MS,
} from './account-handle.ts';

/** How long other instances skip a claimed check. */
const CLAIM_SECONDS = 120;

/** Stores the verified handles of accounts. No two accounts have one handle: the check that began last decides. */
@Injectable()
export class AccountHandleRepository {
  constructor(
    private readonly database: Database,
    private readonly mac: RowMac,
    private readonly log: Log,
  ) {}

  /** Returns rows by DID. An edited row is left out, and raises an alarm. */
  async list(dids: readonly Did[]): Promise<Map<Did, ReadAccountHandle>> {
    if (dids.length === 0) return new Map();
    const rows = await this.database
      .selectFrom('account_handle')
      .selectAll()
      .select(this.database.now().as('read_at'))
      .where('id', 'in', dids)
      .execute();
    const genuine = rows.filter(row => this.isGenuine(row));
    return new Map(genuine.map(({ read_at, ...row }) => [row.id, { row, readAt: new Date(read_at) }]));
  }

  readNow(): Promise<Date> {
    return this.database.readNow();
  }

  /**
   * Stores the result of a check that began at `startedAt`. A check that began later keeps its result. Returns whether the
   * handle was another account's.
   */
  async store(id: Did, handle: string | null, startedAt: Date): Promise<boolean> {
    try {
      return await this.database.transactIdempotent(async transaction => {
        const isTaken = handle !== null && (await this.takeFromOthers(id, handle, startedAt, transaction));
        await this.upsert(id, handle, startedAt, transaction);
        return isTaken;
      });
    } catch (error) {
      if (handle === null || !isUniqueViolation(error)) throw error;
      // A later check found that the handle is another account's now.
      await this.upsert(id, null, startedAt, this.database);
      return false;
    }
  }

  /** Puts the next check off after one without an answer. The row keeps what is known. */
  async postpone(id: Did): Promise<void> {
    const next_check_at = this.database.now(RETRY_PAUSE_MS / 1000);
    const empty = { id, handle: null, verified_at: null };
    await this.database
      .insertInto('account_handle')
      .values({
        ...empty,
        next_check_at,
        expires_at: this.database.now(KEPT_MS / 1000),
        mac: this.mac.sign(macBinding(empty)),
      })
      .onConflict(conflict => conflict.column('id').doUpdateSet({ next_check_at }))
      .execute();
  }

  /** Writes that the handle was asked for. */
  async noteUse(id: Did): Promise<void> {
    await this.database
      .updateTable('account_handle')
      .set({ expires_at: this.database.now(KEPT_MS / 1000) })
      .where('id', '=', id)
      .execute();
  }

  /** Claims up to `limit` due checks, longest due first. Served by the index on `next_check_at`. */
  async claimDue(limit: number): Promise<Did[]> {
    const { database } = this;
    const due = database.dialect.lockFreeRows(
      database
        .selectFrom('account_handle')
        .select('id')
        .where('next_check_at', '<=', database.now())
        .orderBy('next_check_at')
        .limit(limit),
    );
    const rows = await database
      .with('due', () => due)
      .updateTable('account_handle')
      .set({ next_check_at: database.now(CLAIM_SECONDS) })
      .where('id', 'in', eb => eb.selectFrom('due').select('due.id'))
      .returning('id')
      .execute();
    return rows.map(({ id }) => id);
  }

  private isGenuine(row: AccountHandleRow): boolean {
    const isGenuine = this.mac.isValid(row.mac, macBinding(row));
    if (!isGenuine) this.log.rowUnreadable(unreadableRow(macBinding(row), 'does not match the row'));
    return isGenuine;
  }

  private async takeFromOthers(
    id: Did,
    handle: string,
    startedAt: Date,
    database: Kysely<Schema>,
  ): Promise<boolean> {
    return wroteRow(
      database
        .deleteFrom('account_handle')
        .where('handle', '=', handle)
        .where('id', '<>', id)
        .where('verified_at', '<=', toTimestamp(startedAt)),
    );
  }

  private async upsert(
    id: Did,
    handle: string | null,
    startedAt: Date,
    database: Kysely<Schema>,
  ): Promise<void> {
    const verified_at = toTimestamp(startedAt);
    const known = { id, handle, verified_at, mac: this.mac.sign(macBinding({ id, handle, verified_at })) };
    const next = this.database.now((CHECK_PAUSE_MS / 1000) * (0.9 + 0.2 * Math.random()));
    const watchedUntil = this.database.now((KEPT_MS - WATCHED_MS) / 1000);
    await database
      .insertInto('account_handle')
      .values({ ...known, next_check_at: next, expires_at: this.database.now(KEPT_MS / 1000) })
      .onConflict(conflict =>
        conflict
          .column('id')
          .doUpdateSet(eb => ({
            ...known,
            next_check_at: eb
              .case()
              .when('account_handle.expires_at', '>', watchedUntil)
              .then(next)
              .else(null)
              .end(),
          }))
          .where(eb =>
            eb.or([
              eb('account_handle.verified_at', 'is', null),
              eb('account_handle.verified_at', '<=', verified_at),
            ]),
          ),
      )
      .execute();
  }
}

function macBinding({
  id,
  handle,
  verified_at,
}: Pick<AccountHandleRow, 'id' | 'handle' | 'verified_at'>): RowBinding {
  return { table: 'account_handle', column: 'mac', id, facts: { handle, verified_at } };
}
