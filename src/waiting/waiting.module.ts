import { Module } from '@nestjs/common';
import { Shutdown } from './shutdown.service.ts';

/** Time limits, pauses and the announcement of shutdown. */
@Module({ providers: [Shutdown], exports: [Shutdown] })
export class WaitingModule {}
