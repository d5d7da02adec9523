import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { Database } from '../database/connection/database.ts';
import { countDeleted } from '../database/connection/written-rows.ts';
import type { Schema } from '../database/tables/schema.ts';
import { toTimestamp } from '../database/tables/timestamp.ts';
import { toAuditEventRow } from './audit-event-row.ts';
import type { AuditEvent } from './audit-event.ts';
import { type AuditEventView, toAuditEventView } from './audit-event-view.ts';
import { type AuditQuery, readAuditCursor } from './audit-query.ts';

/** An event, and its age in seconds. */
export type PastEvent = { readonly event: AuditEvent; readonly secondsAgo: number };

/** Audit events, timed by the database's clock. Rows are inserted and swept, never updated. */
@Injectable()
export class AuditEventRepository {
  constructor(private readonly database: Database) {}

  async insert(events: readonly PastEvent[], database: Kysely<Schema> = this.database): Promise<void> {
    const rows = events.map(({ event, secondsAgo }) => ({
      ...toAuditEventRow(event),
      at: this.database.now(-secondsAgo),
    }));
    await database.insertInto('audit_event').values(rows).execute();
  }

  /** Lists events, newest first. Served by the indexes `audit_event_at`, `_action`, `_did` and `_target_id`. */
  async list({ action, did, targetId, cursor, limit }: AuditQuery): Promise<AuditEventView[]> {
    let query = this.database.selectFrom('audit_event').selectAll();
    if (action !== undefined) query = query.where('action', '=', action);
    if (did !== undefined) query = query.where('did', '=', did);
    if (targetId !== undefined) query = query.where('target_id', '=', targetId);
    if (cursor !== undefined) {
      const { at, id } = readAuditCursor(cursor);
      query = query.where(eb => eb(eb.refTuple('at', 'id'), '<', eb.tuple(at, id)));
    }
    const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute();
    return rows.map(toAuditEventView);
  }

  /** Deletes up to `limit` events of `before` or earlier, oldest first. Returns their number. */
  async deleteBefore(before: Date, limit: number): Promise<number> {
    return countDeleted(
      this.database
        .deleteFrom('audit_event')
        .where('id', 'in', select =>
          select
            .selectFrom('audit_event')
            .select('id')
            .where('at', '<=', toTimestamp(before))
            .orderBy('at')
            .limit(limit),
        ),
    );
  }
}
