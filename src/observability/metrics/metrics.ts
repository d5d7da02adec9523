import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Log } from '../log/log.ts';
import { type MeasuredMetric, MeasuredGauges, type MeasurementSource } from './measured-gauges.ts';
import { MetricsOfCredentials } from './metrics-of-credentials.ts';
import { MetricsOfHttp } from './metrics-of-http.ts';
import { MetricsOfNativeApps } from './metrics-of-native-apps.ts';
import { MetricsOfScopes } from './metrics-of-scopes.ts';
import { MetricsOfSessions } from './metrics-of-sessions.ts';
import { MetricsOfUpkeep } from './metrics-of-upkeep.ts';

let ofProcess: Registry | undefined;

/** Returns Node's own metrics. They are collected once per process, because prom-client never stops its timers. */
function metricsOfProcess(): Registry {
  if (ofProcess) return ofProcess;
  ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  return ofProcess;
}

/**
 * The broker's metrics, in the text format of Prometheus: an object for each topic, with a method for each event. Each
 * label has few values, and none is an account, session, issuer or path.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly ofProcess = metricsOfProcess();

  readonly sessions = new MetricsOfSessions(this.registry);
  readonly credentials = new MetricsOfCredentials(this.registry);
  readonly scopes = new MetricsOfScopes(this.registry);
  readonly nativeApps = new MetricsOfNativeApps(this.registry);
  readonly upkeep = new MetricsOfUpkeep(this.registry);
  readonly http = new MetricsOfHttp(this.registry);

  private readonly gauges: MeasuredGauges;

  constructor(log: Log) {
    this.gauges = new MeasuredGauges(this.registry, log);
  }

  /**
   * Adds a gauge that is measured when a scrape needs it, at most every 10 s. A failed measurement is left out, counted
   * and logged. The other gauges are served.
   */
  measure(metric: MeasuredMetric, source: MeasurementSource): void {
    this.gauges.add(metric, source);
  }

  /** Returns all metrics in the text format of Prometheus (version 0.0.4), with the media type `contentType`. */
  async text(): Promise<string> {
    await this.gauges.measureAll();
    return (await this.registry.metrics()) + (await this.ofProcess.metrics());
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}
