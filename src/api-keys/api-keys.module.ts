import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { ApiKeyRepository } from './api-key.repository.ts';
import { ApiKeyVerifier } from './api-key.verifier.ts';
import { ApiKeysController } from './api-keys.controller.ts';
import { ApiKeys } from './api-keys.service.ts';
import { ExpiredApiKeys } from './expired-api-keys.ts';
import { LastUsed } from './last-used.ts';
import { RecentApiKeys } from './recent-api-keys.ts';
import { RefusalNotes } from './refusal-notes.ts';

@Module({
  imports: [AuditModule, SessionsModule],
  controllers: [ApiKeysController],
  providers: [
    ApiKeyRepository,
    ApiKeys,
    ApiKeyVerifier,
    ExpiredApiKeys,
    LastUsed,
    RecentApiKeys,
    RefusalNotes,
  ],
  exports: [ApiKeys, ApiKeyVerifier, ExpiredApiKeys],
})
export class ApiKeysModule {}
