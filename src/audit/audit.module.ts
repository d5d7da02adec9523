import { Module } from '@nestjs/common';
import { AuditEventRepository } from './audit-event.repository.ts';
import { AuditLog } from './audit-log.service.ts';
import { AuditNotes } from './audit-notes.ts';

// Not global: the modules of a rank end in no order, and the last batch needs the database, which is global.
@Module({ providers: [AuditEventRepository, AuditLog, AuditNotes], exports: [AuditLog] })
export class AuditModule {}
