import type { Metrics } from './metrics/metrics.ts';
import { type DegradationReason, degradationReasons } from './metrics/metrics-labels.ts';

/** The reasons for which this process serves requests, but leaves part of its work undone. */
export class Degradations {
  private readonly current = new Set<DegradationReason>();

  constructor(private readonly metrics: Metrics) {
    for (const reason of degradationReasons) this.set(reason, false);
  }

  set(reason: DegradationReason, isDegraded: boolean): void {
    if (isDegraded) this.current.add(reason);
    else this.current.delete(reason);
    this.metrics.upkeep.degraded(reason, isDegraded);
  }

  list(): DegradationReason[] {
    return degradationReasons.filter(reason => this.current.has(reason));
  }
}
