import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Degradations } from './degradations.ts';
import { Log } from './log/log.ts';
import { Metrics } from './metrics/metrics.ts';

/** The log, the metrics and the list of degradations, for every other module. */
@Global()
@Module({})
export class ObservabilityModule {
  static forLog(log: Log): DynamicModule {
    const metrics = new Metrics(log);
    return {
      module: ObservabilityModule,
      providers: [
        { provide: Log, useValue: log },
        { provide: Metrics, useValue: metrics },
        { provide: Degradations, useValue: new Degradations(metrics) },
      ],
      exports: [Degradations, Log, Metrics],
    };
  }
}
