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
