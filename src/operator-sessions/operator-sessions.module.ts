import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { OperatorCookie } from './operator-cookie.service.ts';
import { OperatorCookieVerifier } from './operator-cookie.verifier.ts';
import { OperatorSessionRepository } from './operator-session.repository.ts';
import { OperatorSessions } from './operator-sessions.service.ts';

@Module({
  imports: [AuditModule],
  providers: [OperatorCookie, OperatorCookieVerifier, OperatorSessionRepository, OperatorSessions],
  exports: [OperatorCookie, OperatorCookieVerifier, OperatorSessions],
})
export class OperatorSessionsModule {}
