import { Counter, type Registry } from 'prom-client';

/** Metrics of the broker's upkeep: sweeps and the audit log. */
export class MetricsOfUpkeep {
  private readonly sweptRows: Counter<'table'>;
  private readonly sweepFailures: Counter<'table'>;
  private readonly lostAuditEvents: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.sweptRows = new Counter({
      name: 'latchkey_swept_rows_total',
      help: 'Rows that the sweeper deleted or ended, by table',
      labelNames: ['table'],
      registers,
    });
    this.sweepFailures = new Counter({
      name: 'latchkey_sweep_failures_total',
      help: 'Failed sweeps of a table, which are retried',
      labelNames: ['table'],
      registers,
    });
    this.lostAuditEvents = new Counter({
      name: 'latchkey_audit_events_lost_total',
      help: 'Audit events of refusals that were dropped: over the limit, or not stored by the database',
      registers,
    });
  }

  /**
   * @param table the name of a sweep
   * @param rows 0 shows the sweep in the metrics
   */
  swept(table: string, rows: number): void {
    this.sweptRows.inc({ table }, rows);
  }

  /** @param failures 0 shows the sweep in the metrics */
  sweepFailed(table: string, failures = 1): void {
    this.sweepFailures.inc({ table }, failures);
  }

  auditEventsLost(events: number): void {
    this.lostAuditEvents.inc(events);
  }
}
