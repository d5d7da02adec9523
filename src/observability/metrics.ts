import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Log } from './log.ts';
import {
  type AttemptOutcome,
  attemptOutcomes,
  type BackgroundResult,
  backgroundResults,
  type EndReason,
  endReasons,
  type ServiceTokenOutcome,
  serviceTokenOutcomes,
  type TempTokenRefusal,
  tempTokenRefusals,
  type GrantMoment,
  grantMoments,
  type KeyOutcome,
  keyOutcomes,
  type LookOutcome,
  lookOutcomes,
  type NativeRefreshOutcome,
  nativeRefreshOutcomes,
  toMethodLabel,
  toStatusLabel,
} from './metrics-labels.ts';
import { measureSeldom } from './metrics-measurement.ts';

const MINUTE_SECONDS = 60;

/** Where a number comes from that is asked for when somebody scrapes; one for each value of its label, if it has one. */
export type MeasurementSource = () => Promise<number | Readonly<Record<string, number>>>;

/** How a request went, as far as the metrics tell requests apart. */
export type RequestMeasurement = {
  /** The route's pattern, as `/xrpc/:nsid`; never the path that was asked for. */
  readonly route: string;
  readonly method: string;
  /** `undefined` when the caller left before its answer had been sent. */
  readonly status: number | undefined;
  readonly seconds: number;
};

/**
 * The broker's metrics, in the text format of Prometheus: one method for each thing that happens in the business. Labels
 * have few values each, and no account, session, issuer or path is among them.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly measurements: (() => Promise<void>)[] = [];

  private readonly attempts = new Counter({
    name: 'latchkey_refresh_attempts_total',
    help: 'Attempts to refresh a session, by how they ended',
    labelNames: ['outcome'],
    registers: this.registers,
  });

  private readonly tokenLife = new Histogram({
    name: 'latchkey_token_left_seconds',
    help: 'Life that an access token had left when its successor was stored; 0 for one that had run out',
    buckets: [0, 1, 5, 10, 20, 30, 45, 60, 120].map(minutes => minutes * MINUTE_SECONDS),
    registers: this.registers,
  });

  private readonly waits = new Histogram({
    name: 'latchkey_token_wait_seconds',
    help: 'How long requests waited for a token to be refreshed',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: this.registers,
  });

  private readonly endings = new Counter({
    name: 'latchkey_sessions_ended_total',
    help: 'Sessions that need their owner again, by reason',
    labelNames: ['reason'],
    registers: this.registers,
  });

  private readonly background = new Counter({
    name: 'latchkey_background_sessions_total',
    help: 'Sessions that background runs looked at, by what became of them',
    labelNames: ['result'],
    registers: this.registers,
  });

  private readonly sweptRows = new Counter({
    name: 'latchkey_swept_rows_total',
    help: 'Rows that the sweeper removed or ended, by its table of what is swept',
    labelNames: ['table'],
    registers: this.registers,
  });

  private readonly sweepFailures = new Counter({
    name: 'latchkey_sweep_failures_total',
    help: 'How often a table could not be swept; it is tried again',
    labelNames: ['table'],
    registers: this.registers,
  });

  private readonly refusedTempTokens = new Counter({
    name: 'latchkey_temp_tokens_refused_total',
    help: 'Temp tokens that opened nothing, by reason; the caller is not told which it is',
    labelNames: ['reason'],
    registers: this.registers,
  });

  private readonly lostAuditEvents = new Counter({
    name: 'latchkey_audit_events_lost_total',
    help: 'Audit events of refusals that were too many, or that the database did not take',
    registers: this.registers,
  });

  private readonly requests = new Histogram({
    name: 'latchkey_http_request_duration_seconds',
    help: 'How long requests took, by route, method and class of status; left: the caller did not wait for the answer',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: this.registers,
  });

  private readonly keyValidations = new Counter({
    name: 'latchkey_api_key_validations_total',
    help: 'API keys that were shown, by what they were found to be',
    labelNames: ['outcome'],
    registers: this.registers,
  });

  private readonly keyUseFailures = new Counter({
    name: 'latchkey_api_key_last_used_failures_total',
    help: 'Batches of the last uses of API keys that could not be written down; they are tried again',
    registers: this.registers,
  });

  private readonly serviceTokens = new Counter({
    name: 'latchkey_service_tokens_total',
    help: 'Requests for service tokens, by how they were answered; kept: with a token from before',
    labelNames: ['outcome'],
    registers: this.registers,
  });

  private readonly shortfalls = new Counter({
    name: 'latchkey_scope_shortfalls_total',
    help: 'How often less was granted than is wanted, by when it was said',
    labelNames: ['at'],
    registers: this.registers,
  });

  private readonly permissionSetLooks = new Counter({
    name: 'latchkey_permission_set_lookups_total',
    help: 'How often a permission set was looked for at its authority, by how that ended',
    labelNames: ['outcome'],
    registers: this.registers,
  });

  private readonly nativeRefreshes = new Counter({
    name: 'latchkey_native_refreshes_total',
    help: 'Refreshes that native apps asked for, by what became of them',
    labelNames: ['outcome'],
    registers: this.registers,
  });

  private readonly failures = new Counter({
    name: 'latchkey_measurement_failures_total',
    help: 'How often a number could not be measured; it is left out then',
    labelNames: ['metric'],
    registers: this.registers,
  });

  constructor(private readonly log: Log) {
    collectDefaultMetrics({ register: this.registry });
    // A counter that begins with its first event hides that event from whoever asks for its growth.
    for (const outcome of attemptOutcomes) this.attempts.inc({ outcome }, 0);
    for (const reason of endReasons) this.endings.inc({ reason }, 0);
    for (const outcome of keyOutcomes) this.keyValidations.inc({ outcome }, 0);
    for (const outcome of serviceTokenOutcomes) this.serviceTokens.inc({ outcome }, 0);
    for (const outcome of nativeRefreshOutcomes) this.nativeRefreshes.inc({ outcome }, 0);
    for (const result of backgroundResults) this.background.inc({ result }, 0);
    for (const at of grantMoments) this.shortfalls.inc({ at }, 0);
    for (const outcome of lookOutcomes) this.permissionSetLooks.inc({ outcome }, 0);
    for (const reason of tempTokenRefusals) this.refusedTempTokens.inc({ reason }, 0);
  }

  attemptEnded(outcome: AttemptOutcome): void {
    this.attempts.inc({ outcome });
  }

  /** @param secondsLeft of the access token that got a successor; below 0 when it had run out */
  tokenReplaced(secondsLeft: number): void {
    this.tokenLife.observe(Math.max(0, secondsLeft));
  }

  /** Measures a wait for a token, whichever way it ends. */
  async waitForToken<Result>(wait: Promise<Result>): Promise<Result> {
    const stop = this.waits.startTimer();
    try {
      return await wait;
    } finally {
      stop();
    }
  }

  sessionEnded(reason: EndReason): void {
    this.endings.inc({ reason });
  }

  backgroundLooked(result: BackgroundResult): void {
    this.background.inc({ result });
  }

  /** @param table a name from the table of what is swept, `rows` 0 to show that it is there */
  swept(table: string, rows: number): void {
    this.sweptRows.inc({ table }, rows);
  }

  /** @param failures 0 to show that the table is there */
  sweepFailed(table: string, failures = 1): void {
    this.sweepFailures.inc({ table }, failures);
  }

  tempTokenRefused(reason: TempTokenRefusal): void {
    this.refusedTempTokens.inc({ reason });
  }

  keyValidated(outcome: KeyOutcome): void {
    this.keyValidations.inc({ outcome });
  }

  nativeRefreshEnded(outcome: NativeRefreshOutcome): void {
    this.nativeRefreshes.inc({ outcome });
  }

  keyUseNotWritten(): void {
    this.keyUseFailures.inc();
  }

  serviceTokenAsked(outcome: ServiceTokenOutcome): void {
    this.serviceTokens.inc({ outcome });
  }

  scopeFellShort(at: GrantMoment): void {
    this.shortfalls.inc({ at });
  }

  permissionSetLookedFor(outcome: LookOutcome): void {
    this.permissionSetLooks.inc({ outcome });
  }

  auditEventsLost(events: number): void {
    this.lostAuditEvents.inc(events);
  }

  requestEnded({ route, method, status, seconds }: RequestMeasurement): void {
    const labels = {
      route,
      method: toMethodLabel(method),
      status: status === undefined ? 'left' : toStatusLabel(status),
    };
    this.requests.observe(labels, seconds);
  }

  /**
   * Adds a number that is asked for when somebody scrapes, at most every 10 s. One that cannot be had is left out, counted
   * as a failure and logged; the others are served all the same.
   */
  measure(metric: { name: string; help: string; label?: string }, source: MeasurementSource): void {
    const { name, help, label } = metric;
    const measured = measureSeldom(source, error => {
      this.failures.inc({ metric: name });
      this.log.measurementFailed({ metric: name }, error);
    });
    this.failures.inc({ metric: name }, 0);
    const labelNames = label === undefined ? [] : [label];
    const gauge = new Gauge<string>({ name, help, labelNames, registers: this.registers });
    this.measurements.push(async () => {
      show(gauge, label, await measured());
    });
  }

  /** Everything, in the text format of Prometheus (version 0.0.4), whose media type `contentType` is. */
  async text(): Promise<string> {
    await Promise.all(this.measurements.map(measurement => measurement()));
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}

/** A gauge whose number is not known has none: an old one would look like a new one. */
function show(
  gauge: Gauge,
  label: string | undefined,
  measured: Awaited<ReturnType<MeasurementSource>> | undefined,
): void {
  gauge.reset();
  // Reset, a gauge with a label shows nothing, and one without shows 0.
  if (label === undefined) gauge.remove();
  if (typeof measured === 'number') gauge.set(measured);
  else if (label !== undefined)
    for (const [value, number] of Object.entries(measured ?? {})) gauge.set({ [label]: value }, number);
}
