import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { CookieVerifier } from './cookie.verifier.ts';
import { BrowserLastUse } from './browser-last-use.service.ts';
import { MeController } from './me.controller.ts';
import { OwnUiSessions } from './own-ui-sessions.service.ts';
import { UiSessionCache } from './ui-session.cache.ts';
import { UiSessionRepository } from './ui-session.repository.ts';
import { UiSessionsController } from './ui-sessions.controller.ts';
import { UiSessions } from './ui-sessions.service.ts';

@Module({
  imports: [IdentityModule, AuditModule, SessionsModule],
  controllers: [MeController, UiSessionsController],
  providers: [CookieVerifier, BrowserLastUse, OwnUiSessions, UiSessionCache, UiSessionRepository, UiSessions],
  exports: [CookieVerifier, OwnUiSessions, UiSessions],
})
export class UiSessionsModule {}
