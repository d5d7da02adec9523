import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Log } from './log/log.ts';
import { Metrics } from './metrics/metrics.ts';

/** The log and the metrics, for every other module. */
@Global()
@Module({})
export class ObservabilityModule {
  static forLog(log: Log): DynamicModule {
    return {
      module: ObservabilityModule,
      providers: [
        { provide: Log, useValue: log },
        { provide: Metrics, useValue: new Metrics(log) },
      ],
      exports: [Log, Metrics],
    };
  }
}
