import { Module } from '@nestjs/common';
import { LeaseRepository } from './lease.repository.ts';
import { Leases } from './leases.service.ts';

@Module({ providers: [LeaseRepository, Leases], exports: [Leases] })
export class LeasesModule {}
