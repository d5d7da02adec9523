import { Counter, type Registry } from 'prom-client';
import { counterFromZero } from './counter-from-zero.ts';
import {
  type KeyOutcome,
  keyOutcomes,
  type ServiceTokenOutcome,
  serviceTokenOutcomes,
  type TempTokenRefusal,
  tempTokenRefusals,
} from './metrics-labels.ts';

/** Metrics of API keys, temp tokens and service tokens. */
export class MetricsOfCredentials {
  private readonly keyValidations: Counter<'outcome'>;
  private readonly keyUseFailures: Counter;
  private readonly refusedTempTokens: Counter<'reason'>;
  private readonly serviceTokens: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.keyValidations = counterFromZero(registry, {
      name: 'latchkey_api_key_validations_total',
      help: 'Presented API keys, by outcome (rotated: after the grace of a rotation)',
      label: 'outcome',
      values: keyOutcomes,
    });
    this.keyUseFailures = new Counter({
      name: 'latchkey_api_key_last_used_failures_total',
      help: 'Batches of last uses and of counted calls of API keys that could not be stored, and are retried',
      registers: [registry],
    });
    this.refusedTempTokens = counterFromZero(registry, {
      name: 'latchkey_temp_tokens_refused_total',
      help: 'Refused temp tokens, by reason, which the caller does not see',
      label: 'reason',
      values: tempTokenRefusals,
    });
    this.serviceTokens = counterFromZero(registry, {
      name: 'latchkey_service_tokens_total',
      help: 'Requests for service tokens, by outcome (kept: a cached token)',
      label: 'outcome',
      values: serviceTokenOutcomes,
    });
  }

  keyValidated(outcome: KeyOutcome): void {
    this.keyValidations.inc({ outcome });
  }

  keyUseNotWritten(): void {
    this.keyUseFailures.inc();
  }

  tempTokenRefused(reason: TempTokenRefusal): void {
    this.refusedTempTokens.inc({ reason });
  }

  serviceTokenAsked(outcome: ServiceTokenOutcome): void {
    this.serviceTokens.inc({ outcome });
  }
}
