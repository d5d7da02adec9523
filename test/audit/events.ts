import type { AuditEvent } from '../../src/audit/audit-event.ts';
import type { AuditEventView } from '../../src/audit/audit-event-view.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { operate } from '../sessions/operate.ts';

/** An event that only tests cause. */
export function auditEvent(change: Partial<AuditEvent> = {}): AuditEvent {
  return {
    action: 'temp-token.refused',
    actor: { kind: 'anonymous' },
    target: { kind: 'temp-token' },
    from: '192.0.2.7',
    ...change,
  };
}

type Page = { auditEvents: AuditEventView[]; cursor?: string };

/** Returns a page of audit events, as the operator gets it. */
export async function listEvents(
  broker: Pick<TestBroker, 'url' | 'secrets'>,
  query: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const { status, body } = await operate(broker, `GET /api/audit-events?${new URLSearchParams(query)}`);
  if (status !== 200) throw new Error(`the list was answered ${status}: ${JSON.stringify(body)}`);
  return body as Page;
}
