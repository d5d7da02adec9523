import { Histogram, type Registry } from 'prom-client';
import { toMethodLabel, toStatusLabel } from './metrics-labels.ts';

/** The measurement of one request. */
export type RequestMeasurement = {
  /** The route's pattern, such as `/xrpc/:nsid`, never the requested path. */
  readonly route: string;
  readonly method: string;
  /** `undefined` if the caller left before its response was sent. */
  readonly status: number | undefined;
  readonly seconds: number;
};

/** Metrics of the requests to the broker. */
export class MetricsOfHttp {
  private readonly requests: Histogram<'route' | 'method' | 'status'>;

  constructor(registry: Registry) {
    this.requests = new Histogram({
      name: 'latchkey_http_request_duration_seconds',
      help: 'Duration of requests in seconds, by route, method and class of status (left: the caller left first)',
      labelNames: ['route', 'method', 'status'],
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
      registers: [registry],
    });
  }

  requestEnded({ route, method, status, seconds }: RequestMeasurement): void {
    const labels = {
      route,
      method: toMethodLabel(method),
      status: status === undefined ? 'left' : toStatusLabel(status),
    };
    this.requests.observe(labels, seconds);
  }
}
