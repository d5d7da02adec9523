import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { WaitingModule } from '../waiting/waiting.module.ts';
import { ClockGuard } from './clock/clock-guard.service.ts';
import { ConfirmedTime } from './clock/confirmed-time.service.ts';
import { DatabaseClockRepository } from './clock/database-clock.repository.ts';
import { InstanceGiveUp } from './instances/instance-give-up.service.ts';
import { InstanceRepository } from './instances/instance.repository.ts';
import { Instances } from './instances/instances.service.ts';
import { LeaseRepository } from './lease.repository.ts';
import { Leases } from './leases.service.ts';
import { ServerDates } from './clock/server-dates.service.ts';
import { SpoolDirectory } from './spools/spool-directory.service.ts';

@Module({
  imports: [AuditModule, WaitingModule],
  providers: [
    ClockGuard,
    ConfirmedTime,
    DatabaseClockRepository,
    InstanceGiveUp,
    InstanceRepository,
    Instances,
    LeaseRepository,
    Leases,
    ServerDates,
    SpoolDirectory,
  ],
  exports: [ClockGuard, InstanceGiveUp, Instances, Leases, ServerDates, SpoolDirectory],
})
export class LeasesModule {}
