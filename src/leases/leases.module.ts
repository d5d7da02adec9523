import { Module } from '@nestjs/common';
import { WaitingModule } from '../waiting/waiting.module.ts';
import { ClockGuard } from './clock-guard.service.ts';
import { ConfirmedTime } from './confirmed-time.service.ts';
import { DatabaseClockRepository } from './database-clock.repository.ts';
import { InstanceRepository } from './instance.repository.ts';
import { Instances } from './instances.service.ts';
import { LeaseRepository } from './lease.repository.ts';
import { Leases } from './leases.service.ts';
import { ServerDates } from './server-dates.service.ts';

@Module({
  imports: [WaitingModule],
  providers: [
    ClockGuard,
    ConfirmedTime,
    DatabaseClockRepository,
    InstanceRepository,
    Instances,
    LeaseRepository,
    Leases,
    ServerDates,
  ],
  exports: [ClockGuard, Instances, Leases, ServerDates],
})
export class LeasesModule {}
