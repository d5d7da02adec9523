import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';
import { countDeleted } from '../../database/connection/written-rows.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';

/** The tables whose rows need no work but their deletion after `expires_at`, in the order of their sweeps. */
export const expiringTables = [
  'oauth_state',
  'ui_session',
  'operator_session',
  'temp_token',
  'password_session',
  'native_refresh',
  'native_proof',
  'commit_mark',
  'account_handle',
] as const;

export type ExpiringTable = (typeof expiringTables)[number] | 'issued_secret';

/** Deletes rows whose `expires_at` is past. */
@Injectable()
export class ExpiredRowRepository {
  constructor(private readonly database: Database) {}

  /** Deletes up to `limit` secrets that are no longer repeated. Without them a caller only has to ask for a new one. */
  async sweepIssuedSecrets(limit: number): Promise<number> {
    return this.sweep('issued_secret', limit, await this.database.readNow());
  }

  /**
   * Deletes up to `limit` rows that had expired at `now`, oldest first. Returns their number. Served by the index on
   * `expires_at`.
   */
  async sweep(table: ExpiringTable, limit: number, now: Date): Promise<number> {
    return countDeleted(
      this.database
        .deleteFrom(table)
        .where('id', 'in', select =>
          select
            .selectFrom(table)
            .select('id')
            .where('expires_at', '<=', toTimestamp(now))
            .orderBy('expires_at')
            .limit(limit),
        ),
    );
  }
}
