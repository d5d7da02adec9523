import { z } from 'zod';
import { isTimestamp, type Timestamp } from '../database/tables/timestamp.ts';
import type { Did } from '../database/tables/did.ts';
import type { AuditAction } from './audit-action.ts';

/** Which events are listed, newest first; all of them where nothing is told. */
export type AuditQuery = {
  readonly action?: AuditAction | undefined;
  readonly did?: Did | undefined;
  readonly targetId?: string | undefined;
  /** Where the page before ended, as its answer said. */
  readonly cursor?: string | undefined;
  readonly limit: number;
};

/** Where a page ends: the time and the id of its last event, which are the order of events. */
export const auditCursor = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z_[0-9a-f-]{36}$/);

export function toAuditCursor({ at, id }: { at: string; id: string }): string {
  return `${at}_${id}`;
}

/** Reads what {@link toAuditCursor} wrote. */
export function readAuditCursor(cursor: string): { at: Timestamp; id: string } {
  const [at = '', id = ''] = auditCursor.parse(cursor).split('_');
  if (!isTimestamp(at)) throw new RangeError('The cursor begins with no timestamp');
  return { at, id };
}
