import { Module } from '@nestjs/common';
import { FailPoints } from './fail-points.service.ts';

/** How a token that may be sent once is sent, and how its answer is kept. */
@Module({ providers: [FailPoints], exports: [FailPoints] })
export class SingleUseModule {}
