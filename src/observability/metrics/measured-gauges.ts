import { Counter, Gauge, type Registry } from 'prom-client';
import type { Log } from '../log/log.ts';
import { measureSeldom } from './metrics-measurement.ts';

/** Returns the number of a gauge, or one number for each value of its label. Called when a scrape needs it. */
export type MeasurementSource = () => Promise<number | Readonly<Record<string, number>>>;

export type MeasuredMetric = { readonly name: string; readonly help: string; readonly label?: string };

/** The gauges that are measured when a scrape needs them. */
export class MeasuredGauges {
  private readonly measurements: (() => Promise<void>)[] = [];
  private readonly failures: Counter<'metric'>;

  constructor(
    private readonly registry: Registry,
    private readonly log: Log,
  ) {
    this.failures = new Counter({
      name: 'latchkey_measurement_failures_total',
      help: 'Failed measurements of a metric, which is then left out',
      labelNames: ['metric'],
      registers: [registry],
    });
  }

  add({ name, help, label }: MeasuredMetric, source: MeasurementSource): void {
    const measured = measureSeldom(source, error => {
      this.failures.inc({ metric: name });
      this.log.measurementFailed({ metric: name }, error);
    });
    this.failures.inc({ metric: name }, 0);
    const labelNames = label === undefined ? [] : [label];
    const gauge = new Gauge<string>({ name, help, labelNames, registers: [this.registry] });
    this.measurements.push(async () => {
      show(gauge, label, await measured());
    });
  }

  async measureAll(): Promise<void> {
    await Promise.all(this.measurements.map(measurement => measurement()));
  }
}

/** Removes the number of a gauge if it could not be measured: an old number would look current. */
function show(
  gauge: Gauge,
  label: string | undefined,
  measured: Awaited<ReturnType<MeasurementSource>> | undefined,
): void {
  gauge.reset();
  // After a reset, a gauge with a label shows nothing, but one without shows 0.
  if (label === undefined) gauge.remove();
  if (typeof measured === 'number') gauge.set(measured);
  else if (label !== undefined)
    for (const [value, number] of Object.entries(measured ?? {})) gauge.set({ [label]: value }, number);
}
