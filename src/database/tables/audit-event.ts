import type { Timestamp } from './timestamp.ts';

/** An action or a refusal. It never holds a secret. */
export type AuditEventTable = {
  /** Grows with time within one process. `at` and `id` together order the events. */
  id: string;
  at: Timestamp;
  action: string;
  actor_kind: string;
  actor_id: string | null;
  /** The account concerned. */
  did: string | null;
  target_kind: string;
  target_id: string | null;
  from_address: string | null;
  /** A JSON object of short texts and numbers. */
  detail: string | null;
};
