import type { Counter, Registry } from 'prom-client';
import { counterFromZero } from './counter-from-zero.ts';
import { type NativeRefreshOutcome, nativeRefreshOutcomes } from './metrics-labels.ts';

/** What native apps ask. */
export class MetricsOfNativeApps {
  private readonly refreshes: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.refreshes = counterFromZero(registry, {
      name: 'latchkey_native_refreshes_total',
      help: 'Refreshes that native apps asked for, by what became of them',
      label: 'outcome',
      values: nativeRefreshOutcomes,
    });
  }

  nativeRefreshEnded(outcome: NativeRefreshOutcome): void {
    this.refreshes.inc({ outcome });
  }
}
