import { Module } from '@nestjs/common';
import { HighWaterModule } from '../high-water/high-water.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { WaitingModule } from '../waiting/waiting.module.ts';
import { AttemptFacts } from './attempt-facts.service.ts';
import { AttemptRunner } from './attempt-runner.service.ts';
import { AttemptSightings } from './attempt-sightings.service.ts';
import { FailPoints } from './fail-points.service.ts';
import { PersistentWrites } from './persistent-writes.service.ts';
import { SpoolDisk } from './spool/spool-disk.service.ts';
import { SpoolDrain } from './spool-drain.service.ts';
import { SpoolProof } from './spool/spool-proof.service.ts';
import { UnreadAnswers } from './spool/unread-answers.service.ts';

/** How a token that may be sent once is sent, and how its answer is kept. */
@Module({
  imports: [HighWaterModule, LeasesModule, WaitingModule],
  providers: [
    AttemptFacts,
    AttemptRunner,
    AttemptSightings,
    FailPoints,
    PersistentWrites,
    SpoolDisk,
    SpoolDrain,
    SpoolProof,
    UnreadAnswers,
  ],
  exports: [AttemptFacts, AttemptRunner, FailPoints, PersistentWrites, SpoolDisk, SpoolDrain, UnreadAnswers],
})
export class SingleUseModule {}
