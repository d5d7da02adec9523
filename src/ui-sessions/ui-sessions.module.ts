import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { CookieVerifier } from './cookie.verifier.ts';
import { LastSeen } from './last-seen.ts';
import { MeController } from './me.controller.ts';
import { RecentUiSessions } from './recent-ui-sessions.ts';
import { UiSessionRepository } from './ui-session.repository.ts';
import { UiSessions } from './ui-sessions.service.ts';

@Module({
  imports: [SessionsModule],
  controllers: [MeController],
  providers: [CookieVerifier, LastSeen, RecentUiSessions, UiSessionRepository, UiSessions],
  exports: [CookieVerifier, UiSessions],
})
export class UiSessionsModule {}
