import { Module } from '@nestjs/common';
import { ProcessClock } from './process-clock.service.ts';
import { Shutdown } from './shutdown.service.ts';

/** Clocks, time limits, pauses and the announcement of shutdown. */
@Module({ providers: [ProcessClock, Shutdown], exports: [ProcessClock, Shutdown] })
export class WaitingModule {}
