import { Module } from '@nestjs/common';
import { InstanceRepository } from './instance.repository.ts';
import { Instances } from './instances.service.ts';
import { LeaseRepository } from './lease.repository.ts';
import { Leases } from './leases.service.ts';

@Module({ providers: [InstanceRepository, Instances, LeaseRepository, Leases], exports: [Instances, Leases] })
export class LeasesModule {}
