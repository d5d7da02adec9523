import type { Insertable } from 'kysely';
import type { AuditEventTable } from '../database/tables/audit-event.ts';
import type { AuditEvent } from './audit-event.ts';
import { nextEventId } from './event-id.ts';

const LONGEST_TEXT = 256;
const MOST_FACTS = 16;

/** Returns the row of an event with a new id and without its time. No text in it exceeds 256 characters. */
export function toAuditEventRow(event: AuditEvent): Omit<Insertable<AuditEventTable>, 'at'> {
  const { action, actor, did, target, from, detail } = event;
  return {
    id: nextEventId(Date.now()),
    action,
    actor_kind: actor.kind,
    actor_id: toText(actor.id),
    did: toText(did),
    target_kind: target.kind,
    target_id: toText(target.id),
    from_address: toText(from),
    detail: detail ? JSON.stringify(toFacts(detail)) : null,
  };
}

function toFacts(detail: NonNullable<AuditEvent['detail']>): Record<string, string | number> {
  const facts = Object.entries(detail).slice(0, MOST_FACTS);
  return Object.fromEntries(
    facts.map(([name, value]) => [clip(name), Number.isFinite(value) ? value : clip(String(value))]),
  );
}

function toText(value: string | undefined): string | null {
  return value === undefined ? null : clip(value);
}

/** Replaces NUL and lone surrogates, which Postgres rejects: one event must not fail the others of its batch. */
function clip(text: string): string {
  return text.slice(0, LONGEST_TEXT).toWellFormed().replaceAll('\0', '\ufffd');
}
