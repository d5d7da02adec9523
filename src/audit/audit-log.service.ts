import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { Config } from '../config/config.ts';
import type { Schema } from '../database/tables/schema.ts';
import { nextCursor } from '../database/connection/next-cursor.ts';
import type { AuditEvent } from './audit-event.ts';
import { AuditEventRepository } from './audit-event.repository.ts';
import type { AuditEventView } from './audit-event-view.ts';
import { BatchedAuditLog } from './batched-audit-log.service.ts';
import { type AuditQuery, toAuditCursor } from './audit-query.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Records who did what to which object, when and from which address. Never records a secret. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly config: Config,
    private readonly auditEventRows: AuditEventRepository,
    private readonly batchedAuditLog: BatchedAuditLog,
  ) {}

  /** Stores the event of a change, in the transaction of the change if one is given: both commit or neither. */
  async record(event: AuditEvent, database?: Kysely<Schema>): Promise<void> {
    await this.auditEventRows.insert([{ event, secondsAgo: 0 }], database);
  }

  /**
   * Stores an event that strangers can cause at any rate, such as a refusal, within about a second. Drops it if there are
   * too many or the database fails. Dropped events are counted and logged.
   */
  note(event: AuditEvent): void {
    this.batchedAuditLog.add(event);
  }

  /** Lists a page of events, newest first, with the cursor of the next page if there is one. */
  async list(query: AuditQuery): Promise<{ auditEvents: AuditEventView[]; cursor?: string }> {
    const auditEvents = await this.auditEventRows.list(query);
    return { auditEvents, ...nextCursor(auditEvents, query.limit, toAuditCursor) };
  }

  /** Deletes up to `limit` events that were older than the configured days at `now`. Returns their number. */
  sweep(limit: number, now: Date): Promise<number> {
    return this.auditEventRows.deleteBefore(new Date(now.getTime() - this.config.auditDays * DAY_MS), limit);
  }
}
