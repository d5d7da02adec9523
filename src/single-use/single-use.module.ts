import { Module } from '@nestjs/common';
import { LeasesModule } from '../leases/leases.module.ts';
import { WaitingModule } from '../waiting/waiting.module.ts';
import { AttemptRunner } from './attempt-runner.service.ts';
import { FailPoints } from './fail-points.service.ts';
import { PersistentWrites } from './persistent-writes.service.ts';

/** How a token that may be sent once is sent, and how its answer is kept. */
@Module({
  imports: [LeasesModule, WaitingModule],
  providers: [AttemptRunner, FailPoints, PersistentWrites],
  exports: [AttemptRunner, FailPoints, PersistentWrites],
})
export class SingleUseModule {}
