import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { Config } from '../config/config.ts';
import type { Schema } from '../database/tables/schema.ts';
import type { AuditEvent } from './audit-event.ts';
import { AuditEventRepository } from './audit-event.repository.ts';
import type { AuditEventView } from './audit-event-view.ts';
import { AuditNotes } from './audit-notes.service.ts';
import { type AuditQuery, toAuditCursor } from './audit-query.ts';

/** Who did what to which thing, when and from where; never a secret. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly config: Config,
    private readonly auditEventRows: AuditEventRepository,
    private readonly auditNotes: AuditNotes,
  ) {}

  /** Writes down a change, in the transaction that makes it where one is given: neither is there without the other. */
  async record(event: AuditEvent, database?: Kysely<Schema>): Promise<void> {
    await this.auditEventRows.insert([{ event, secondsAgo: 0 }], database);
  }

  /**
   * Notes what anybody can cause at any rate, as a refusal. It is written within about a second, and is lost, counted and
   * logged where there are too many of them or the database does not take it.
   */
  note(event: AuditEvent): void {
    this.auditNotes.add(event);
  }

  /** Lists a page of events, newest first, and where the next one begins. */
  async list(query: AuditQuery): Promise<{ auditEvents: AuditEventView[]; cursor?: string }> {
    const auditEvents = await this.auditEventRows.list(query);
    const last = auditEvents.at(-1);
    return auditEvents.length === query.limit && last
      ? { auditEvents, cursor: toAuditCursor(last) }
      : { auditEvents };
  }

  /** Deletes up to `limit` events that were kept for long enough; answers how many. */
  sweep(limit: number): Promise<number> {
    return this.auditEventRows.deleteOlderThan(this.config.auditDays, limit);
  }
}
