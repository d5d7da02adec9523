import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';

/** The tables whose rows end at their `expires_at`. */
export type ExpiringTable =
  'native_proof' | 'native_refresh' | 'oauth_state' | 'operator_session' | 'temp_token' | 'ui_session';

/** Rows whose time is over. */
@Injectable()
export class ExpiredRowRepository {
  constructor(private readonly database: Database) {}

  /** Deletes up to `limit` expired rows, those first that expired first; answers how many. Served by the index on `expires_at`. */
  async sweep(table: ExpiringTable, limit: number): Promise<number> {
    const { numDeletedRows } = await this.database
      .deleteFrom(table)
      .where('id', 'in', select =>
        select
          .selectFrom(table)
          .select('id')
          .where('expires_at', '<=', this.database.now())
          .orderBy('expires_at')
          .limit(limit),
      )
      .executeTakeFirst();
    return Number(numDeletedRows);
  }
}
