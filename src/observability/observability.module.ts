import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Log } from './log.ts';

/** The log, for every other module. */
@Global()
@Module({})
export class ObservabilityModule {
  static forLog(log: Log): DynamicModule {
    return { module: ObservabilityModule, providers: [{ provide: Log, useValue: log }], exports: [Log] };
  }
}
