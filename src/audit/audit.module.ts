import { Module } from '@nestjs/common';
import { AuditEventRepository } from './audit-event.repository.ts';
import { AuditLog } from './audit-log.service.ts';
import { AuditNotes } from './audit-notes.service.ts';

// Not global, as the database is: its last batch has to be written before the database ends.
@Module({ providers: [AuditEventRepository, AuditLog, AuditNotes], exports: [AuditLog] })
export class AuditModule {}
