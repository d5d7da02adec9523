import { Global, Module } from '@nestjs/common';
import { Log } from './log.ts';

/** The log, for every other module. */
@Global()
@Module({ providers: [{ provide: Log, useFactory: () => new Log() }], exports: [Log] })
export class ObservabilityModule {}
