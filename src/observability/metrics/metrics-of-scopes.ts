import type { Counter, Registry } from 'prom-client';
import { counterFromZero } from './counter-from-zero.ts';
import { type GrantMoment, grantMoments, type LookOutcome, lookOutcomes } from './metrics-labels.ts';

/** Metrics of granted scopes and of permission sets. */
export class MetricsOfScopes {
  private readonly shortfalls: Counter<'at'>;
  private readonly permissionSetLooks: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.shortfalls = counterFromZero(registry, {
      name: 'latchkey_scope_shortfalls_total',
      help: 'Grants of less scope than wanted, by the moment of the grant',
      label: 'at',
      values: grantMoments,
    });
    this.permissionSetLooks = counterFromZero(registry, {
      name: 'latchkey_permission_set_lookups_total',
      help: 'Lookups of permission sets at their authority, by outcome (failed: the last good copy is used)',
      label: 'outcome',
      values: lookOutcomes,
    });
  }

  scopeFellShort(at: GrantMoment): void {
    this.shortfalls.inc({ at });
  }

  permissionSetLookedFor(outcome: LookOutcome): void {
    this.permissionSetLooks.inc({ outcome });
  }
}
