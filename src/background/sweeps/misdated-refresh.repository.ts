import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { Database } from '../../database/connection/database.ts';
import { LATEST_REFRESH_MS } from '../../sessions/stored/refresh-policy.ts';

/** Corrects refreshes that were planned while the database's clock was ahead. Their sessions would end unused. */
@Injectable()
export class MisdatedRefreshRepository {
  private readonly latestSeconds: number;

  constructor(
    private readonly database: Database,
    { client }: Config,
  ) {
    this.latestSeconds = LATEST_REFRESH_MS[client.kind === 'loopback' ? 'public' : 'confidential'] / 1000;
  }

  /**
   * Makes up to `limit` sessions due whose refresh is planned later than any is. Returns their number. Served by the index
   * on (status, next_refresh_at).
   */
  async correct(limit: number): Promise<number> {
    const { numUpdatedRows } = await this.database
      .updateTable('oauth_session')
      .set({ next_refresh_at: this.database.now() })
      .where('id', 'in', select =>
        select
          .selectFrom('oauth_session')
          .select('id')
          .where('status', '=', 'active')
          .where('next_refresh_at', '>', this.database.now(this.latestSeconds))
          .limit(limit),
      )
      .executeTakeFirst();
    return Number(numUpdatedRows);
  }
}
