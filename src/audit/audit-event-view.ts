import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { AuditEventTable } from '../database/tables/audit-event.ts';

const party = z.object({ kind: z.string(), id: z.string().nullable() });
const facts = z.record(z.string(), z.union([z.string(), z.number()]));

/** An audit event, for the operator. Actions and kinds are plain strings: a later version may have written them. */
export const auditEventView = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  action: z.string(),
  actor: party.describe('the actor, by the id of its credential'),
  did: z.string().nullable().describe('the account concerned'),
  target: party.describe('the object of the action'),
  from: z.string().nullable().describe('the address of the actor'),
  detail: facts.nullable(),
});

export type AuditEventView = z.infer<typeof auditEventView>;

export function toAuditEventView(row: Selectable<AuditEventTable>): AuditEventView {
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    actor: { kind: row.actor_kind, id: row.actor_id },
    did: row.did,
    target: { kind: row.target_kind, id: row.target_id },
    from: row.from_address,
    detail: row.detail === null ? null : (JSON.parse(row.detail) as AuditEventView['detail']),
  };
}
