import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { OAuthModule } from '../oauth/oauth.module.ts';
import { AnswerSpool } from './answer-spool.ts';
import { AnswerStore } from './answer-store.ts';
import { AttemptRepository } from './attempt.repository.ts';
import { ClientChange } from './client-change.ts';
import { Closing } from './closing.ts';
import { Endings } from './endings.service.ts';
import { FailPoints } from './fail-points.ts';
import { LastUse } from './last-use.ts';
import { LiveSessions } from './live-sessions.ts';
import { LiveTokens } from './live-tokens.service.ts';
import { TokenOracle } from './oracle.ts';
import { PdsRequests } from './pds-requests.ts';
import { ReconnectionRepository } from './reconnection.repository.ts';
import { Reconnections } from './reconnections.service.ts';
import { RefreshAttempt } from './refresh-attempt.service.ts';
import { RefreshSettlement } from './refresh-settlement.service.ts';
import { ReplayWindow } from './replay-window.ts';
import { ResendRule } from './resend-rule.ts';
import { Refresher } from './refresher.service.ts';
import { ScopeShortfalls } from './scope-shortfalls.ts';
import { SessionOperations } from './session-operations.service.ts';
import { SessionListeners } from './session-listeners.ts';
import { SessionRequests } from './session-requests.service.ts';
import { SessionRepository } from './session.repository.ts';
import { SessionSecretsBox } from './session-secrets.ts';
import { SessionsController } from './sessions.controller.ts';
import { Sessions } from './sessions.service.ts';
import { StreamGate } from './stream-gate.ts';

@Module({
  imports: [AuditModule, IdentityModule, LeasesModule, OAuthModule],
  controllers: [SessionsController],
  providers: [
    AnswerSpool,
    AnswerStore,
    AttemptRepository,
    ClientChange,
    Closing,
    Endings,
    FailPoints,
    LastUse,
    LiveSessions,
    LiveTokens,
    PdsRequests,
    ReconnectionRepository,
    Reconnections,
    RefreshAttempt,
    RefreshSettlement,
    Refresher,
    ReplayWindow,
    ResendRule,
    ScopeShortfalls,
    SessionListeners,
    SessionOperations,
    SessionRepository,
    SessionRequests,
    SessionSecretsBox,
    Sessions,
    StreamGate,
    TokenOracle,
  ],
  exports: [
    Closing,
    Endings,
    FailPoints,
    Reconnections,
    Refresher,
    ScopeShortfalls,
    SessionListeners,
    SessionOperations,
    Sessions,
  ],
})
export class SessionsModule {}
