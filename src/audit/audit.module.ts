import { Module } from '@nestjs/common';
import { AuditEventRepository } from './audit-event.repository.ts';
import { AuditLog } from './audit-log.service.ts';
import { BatchedAuditLog } from './batched-audit-log.service.ts';

// Not global, unlike the database: the last batch must be stored before the database closes.
@Module({ providers: [AuditEventRepository, AuditLog, BatchedAuditLog], exports: [AuditLog] })
export class AuditModule {}
