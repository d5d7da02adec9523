import type { Counter, Registry } from 'prom-client';
import { counterFromZero } from './counter-from-zero.ts';
import {
  type AttestationFlaw,
  attestationFlaws,
  type NativeRefreshOutcome,
  nativeRefreshOutcomes,
} from './metrics-labels.ts';

/** Metrics of native apps' requests. */
export class MetricsOfNativeApps {
  private readonly refreshes: Counter<'outcome'>;
  private readonly unattested: Counter<'reason'>;

  constructor(registry: Registry) {
    this.refreshes = counterFromZero(registry, {
      name: 'latchkey_native_refreshes_total',
      help: 'Refreshes of native apps, by outcome (shared: with a running one; refused: by the issuer; unknown: in doubt; waiting: for another one; challenged: for a nonce; mismatch: refused here)',
      label: 'outcome',
      values: nativeRefreshOutcomes,
    });
    this.unattested = counterFromZero(registry, {
      name: 'latchkey_native_unattested_requests_total',
      help: 'Requests of native apps without a valid attestation header, by reason',
      label: 'reason',
      values: attestationFlaws,
    });
  }

  refreshSettled(outcome: NativeRefreshOutcome): void {
    this.refreshes.inc({ outcome });
  }

  unattestedRequest(reason: AttestationFlaw): void {
    this.unattested.inc({ reason });
  }
}
