import { z } from 'zod';
import { isTimestamp, type Timestamp } from '../database/tables/timestamp.ts';
import type { Did } from '../database/tables/did.ts';
import type { AuditAction } from './audit-action.ts';

/** Selects events. An undefined field selects all. */
export type AuditQuery = {
  readonly action?: AuditAction | undefined;
  readonly did?: Did | undefined;
  readonly targetId?: string | undefined;
  /** The cursor that the previous page returned. */
  readonly cursor?: string | undefined;
  readonly limit: number;
};

/** The end of a page: time and id of its last event, by which events are sorted. */
export const auditCursor = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z_[0-9a-f-]{36}$/, 'must be the cursor of an earlier page');

export function toAuditCursor({ at, id }: { at: string; id: string }): string {
  return `${at}_${id}`;
}

/** Parses a cursor of {@link toAuditCursor}. */
export function readAuditCursor(cursor: string): { at: Timestamp; id: string } {
  const [at = '', id = ''] = auditCursor.parse(cursor).split('_');
  if (!isTimestamp(at)) throw new RangeError('The cursor begins with no timestamp');
  return { at, id };
}
