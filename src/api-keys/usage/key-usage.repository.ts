import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';
import { countDeleted } from '../../database/connection/written-rows.ts';
import type { ApiKeyId } from '../../database/tables/id.ts';
import type { DayOfCalls, KeyUsageOnDay } from './key-usage.ts';

/** Stores the calls of keys by day. */
@Injectable()
export class KeyUsageRepository {
  constructor(private readonly database: Database) {}

  /** Adds counts to the stored ones, all or none. One statement, so that a batch costs one round trip. */
  async add(counts: readonly KeyUsageOnDay[]): Promise<void> {
    const idOf = ({ api_key_id, day }: KeyUsageOnDay): string => api_key_id + day;
    // Sorted, so that two instances never deadlock.
    const ordered = counts.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    await this.database.transact(async transaction => {
      await transaction
        .insertInto('key_usage')
        .values(ordered)
        .onConflict(conflict =>
          conflict.columns(['api_key_id', 'day']).doUpdateSet(eb => ({
            answered: eb('key_usage.answered', '+', eb.ref('excluded.answered')),
            refused: eb('key_usage.refused', '+', eb.ref('excluded.refused')),
            failed: eb('key_usage.failed', '+', eb.ref('excluded.failed')),
          })),
        )
        .execute();
    });
  }

  /** Lists the counts of a key from a day on. Served by the primary key. */
  list(id: ApiKeyId, from: string): Promise<DayOfCalls[]> {
    return this.database
      .selectFrom('key_usage')
      .select(['day', 'answered', 'refused', 'failed'])
      .where('api_key_id', '=', id)
      .where('day', '>=', from)
      .execute();
  }

  /** Deletes up to `limit` counts of days before `day`, oldest first. Returns their number. Served by the index on `day`. */
  deleteBefore(day: string, limit: number): Promise<number> {
    return countDeleted(
      this.database.deleteFrom('key_usage').where(
        eb => eb.refTuple('api_key_id', 'day'),
        'in',
        select =>
          select
            .selectFrom('key_usage')
            .select(['api_key_id', 'day'])
            .where('day', '<', day)
            .orderBy('day')
            .limit(limit)
            .$asTuple('api_key_id', 'day'),
      ),
    );
  }
}
