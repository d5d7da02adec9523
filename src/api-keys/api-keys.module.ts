import { Module, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AuditModule } from '../audit/audit.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { SingleUseModule } from '../single-use/single-use.module.ts';
import { TempTokensModule } from '../temp-tokens/temp-tokens.module.ts';
import { ApiKeyEditsController } from './edits/api-key-edits.controller.ts';
import { ApiKeyEdits } from './edits/api-key-edits.service.ts';
import { ApiKeyRepository } from './keys/api-key.repository.ts';
import { ApiKeyRotations } from './keys/api-key-rotations.service.ts';
import { ApiKeyVerifier } from './keys/api-key.verifier.ts';
import { ApiKeysController } from './keys/api-keys.controller.ts';
import { ApiKeys } from './keys/api-keys.service.ts';
import { ExpiredApiKeys } from './keys/expired-api-keys.service.ts';
import { IssuedSecretRepository } from './keys/issued-secret.repository.ts';
import { IssuedSecrets } from './keys/issued-secrets.service.ts';
import { ExpiredKeyRequests } from './requests/stored/expired-key-requests.service.ts';
import { KeyRequestAuthorizations } from './requests/key-request-authorizations.service.ts';
import { KeyRequestClaims } from './requests/key-request-claims.service.ts';
import { KeyRequestTransitions } from './requests/stored/key-request-transitions.service.ts';
import { KeyRequestRepository } from './requests/stored/key-request.repository.ts';
import { KeyRequestsController } from './requests/key-requests.controller.ts';
import { KeyRequests } from './requests/key-requests.service.ts';
import { DidDocumentController } from './password-sessions/did-document.controller.ts';
import { LiveKeys } from './password-sessions/live-keys.service.ts';
import { PasswordLogins } from './password-sessions/password-logins.service.ts';
import { PasswordSessionCache } from './password-sessions/password-session.cache.ts';
import { PasswordSessionKeyRepository } from './password-sessions/password-session-key.repository.ts';
import { PasswordSessionRepository } from './password-sessions/password-session.repository.ts';
import { PasswordSessions } from './password-sessions/password-sessions.service.ts';
import { PasswordSessionsController } from './password-sessions/password-sessions.controller.ts';
import { PasswordSessionVerifier } from './password-sessions/password-session.verifier.ts';
import { SessionTokens } from './password-sessions/session-tokens.service.ts';
import { countKeyCalls } from './usage/count-key-calls.ts';
import { KeyUsageRepository } from './usage/key-usage.repository.ts';
import { KeyUsage } from './usage/key-usage.service.ts';
import { ApiKeyLastUse } from './keys/api-key-last-use.service.ts';
import { ApiKeyCache } from './keys/api-key.cache.ts';
import { ApiKeyRefusalLog } from './keys/api-key-refusal-log.service.ts';

/** API keys: issued to key requests that account owners authorize, verified, rotated and revoked. */
@Module({
  imports: [AuditModule, IdentityModule, LeasesModule, SessionsModule, SingleUseModule, TempTokensModule],
  controllers: [
    ApiKeyEditsController,
    ApiKeysController,
    DidDocumentController,
    KeyRequestsController,
    PasswordSessionsController,
  ],
  providers: [
    ApiKeyEdits,
    ApiKeyRepository,
    ApiKeyRotations,
    ApiKeys,
    ApiKeyVerifier,
    ExpiredApiKeys,
    ExpiredKeyRequests,
    IssuedSecretRepository,
    IssuedSecrets,
    KeyRequestAuthorizations,
    KeyRequestClaims,
    KeyRequestTransitions,
    KeyRequestRepository,
    KeyRequests,
    KeyUsage,
    KeyUsageRepository,
    ApiKeyLastUse,
    ApiKeyCache,
    ApiKeyRefusalLog,
    LiveKeys,
    PasswordLogins,
    PasswordSessionCache,
    PasswordSessionKeyRepository,
    PasswordSessionRepository,
    PasswordSessions,
    PasswordSessionVerifier,
    SessionTokens,
  ],
  exports: [
    ApiKeyEdits,
    ApiKeyRotations,
    ApiKeys,
    ApiKeyVerifier,
    ExpiredApiKeys,
    ExpiredKeyRequests,
    KeyRequestAuthorizations,
    KeyRequestClaims,
    KeyRequests,
    KeyUsage,
    PasswordSessionVerifier,
  ],
})
export class ApiKeysModule implements NestModule {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly keyUsage: KeyUsage,
  ) {}

  /** Adds the hook before Nest creates the routes: a route has only the hooks that exist by then. */
  configure(): void {
    countKeyCalls(this.host.httpAdapter.getInstance<FastifyInstance>(), this.keyUsage);
  }
}
