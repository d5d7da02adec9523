import { Counter, type Registry } from 'prom-client';

/** What the broker does for itself: it sweeps its tables, and writes down what happened. */
export class MetricsOfUpkeep {
  private readonly sweptRows: Counter<'table'>;
  private readonly sweepFailures: Counter<'table'>;
  private readonly lostAuditEvents: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.sweptRows = new Counter({
      name: 'latchkey_swept_rows_total',
      help: 'Rows that the sweeper removed or ended, by its table of what is swept',
      labelNames: ['table'],
      registers,
    });
    this.sweepFailures = new Counter({
      name: 'latchkey_sweep_failures_total',
      help: 'How often a table could not be swept; it is tried again',
      labelNames: ['table'],
      registers,
    });
    this.lostAuditEvents = new Counter({
      name: 'latchkey_audit_events_lost_total',
      help: 'Audit events of refusals that were too many, or that the database did not take',
      registers,
    });
  }

  /** @param table a name from the table of what is swept, `rows` 0 to show that it is there */
  swept(table: string, rows: number): void {
    this.sweptRows.inc({ table }, rows);
  }

  /** @param failures 0 to show that the table is there */
  sweepFailed(table: string, failures = 1): void {
    this.sweepFailures.inc({ table }, failures);
  }

  auditEventsLost(events: number): void {
    this.lostAuditEvents.inc(events);
  }
}
