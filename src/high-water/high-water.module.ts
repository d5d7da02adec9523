import { Module } from '@nestjs/common';
import { LeasesModule } from '../leases/leases.module.ts';
import { EndedJournals } from './ended-journals.service.ts';
import { HighWater } from './high-water.service.ts';

/** What this process knows of rows that a database may lose again. */
@Module({
  imports: [LeasesModule],
  providers: [EndedJournals, HighWater],
  exports: [EndedJournals, HighWater],
})
export class HighWaterModule {}
