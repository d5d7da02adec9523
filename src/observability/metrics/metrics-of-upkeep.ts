import { Counter, Gauge, type Registry } from 'prom-client';
import type { DegradationReason } from './metrics-labels.ts';

/** Metrics of the broker's upkeep: sweeps, the audit log, and what keeps the broker from its work. */
export class MetricsOfUpkeep {
  private readonly sweptRows: Counter<'table'>;
  private readonly sweepFailures: Counter<'table'>;
  private readonly lostAuditEvents: Counter;
  private readonly degradations: Gauge<'reason'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.sweptRows = new Counter({
      name: 'latchkey_swept_rows_total',
      help: 'Rows that the sweeper deleted, ended or corrected, by table',
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
    this.degradations = new Gauge({
      name: 'latchkey_degraded',
      help: '1 while the broker leaves part of its work undone, by reason',
      labelNames: ['reason'],
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

  degraded(reason: DegradationReason, isDegraded: boolean): void {
    this.degradations.set({ reason }, isDegraded ? 1 : 0);
  }
}
