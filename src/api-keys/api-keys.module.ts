import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { TempTokensModule } from '../temp-tokens/temp-tokens.module.ts';
import { ApiKeyRepository } from './api-key.repository.ts';
import { ApiKeyVerifier } from './api-key.verifier.ts';
import { ApiKeysController } from './api-keys.controller.ts';
import { ApiKeys } from './api-keys.service.ts';
import { ClaimCodes } from './claim-codes.ts';
import { ExpiredApiKeys } from './expired-api-keys.ts';
import { ExpiredKeyRequests } from './expired-key-requests.ts';
import { KeyRequestAuthorizations } from './key-request-authorizations.service.ts';
import { KeyRequestClaims } from './key-request-claims.service.ts';
import { KeyRequestEnding } from './key-request-ending.ts';
import { KeyRequestLimits } from './key-request-limits.ts';
import { KeyRequestRepository } from './key-request.repository.ts';
import { KeyRequestsController } from './key-requests.controller.ts';
import { KeyRequests } from './key-requests.service.ts';
import { LastUsed } from './last-used.ts';
import { RecentApiKeys } from './recent-api-keys.ts';
import { RefusalNotes } from './refusal-notes.ts';

@Module({
  imports: [AuditModule, IdentityModule, LeasesModule, SessionsModule, TempTokensModule],
  controllers: [ApiKeysController, KeyRequestsController],
  providers: [
    ApiKeyRepository,
    ApiKeys,
    ApiKeyVerifier,
    ClaimCodes,
    ExpiredApiKeys,
    ExpiredKeyRequests,
    KeyRequestAuthorizations,
    KeyRequestClaims,
    KeyRequestEnding,
    KeyRequestLimits,
    KeyRequestRepository,
    KeyRequests,
    LastUsed,
    RecentApiKeys,
    RefusalNotes,
  ],
  exports: [
    ApiKeys,
    ApiKeyVerifier,
    ExpiredApiKeys,
    ExpiredKeyRequests,
    KeyRequestAuthorizations,
    KeyRequestClaims,
    KeyRequests,
  ],
})
export class ApiKeysModule {}
