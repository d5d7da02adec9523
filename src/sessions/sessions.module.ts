import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { HighWaterModule } from '../high-water/high-water.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { OAuthModule } from '../oauth/oauth.module.ts';
import { AccountDepartures } from './refresh/account-departures.service.ts';
import { AccountMoves } from './use/account-moves.service.ts';
import { AnswerSpool } from './answers/answer-spool.service.ts';
import { AnswerRepository } from './answers/answer.repository.ts';
import { AnswerStore } from './answers/answer-store.service.ts';
import { AttemptRepository } from './refresh/attempt.repository.ts';
import { ClientChange } from './stored/client-change.service.ts';
import { WaitingModule } from '../waiting/waiting.module.ts';
import { SessionRevocation } from './endings/session-revocation.service.ts';
import { SingleUseModule } from '../single-use/single-use.module.ts';
import { SessionLastUse } from './stored/session-last-use.service.ts';
import { SessionCache } from './stored/session.cache.ts';
import { LiveTokens } from './use/live-tokens.service.ts';
import { RotationStudy } from './pds/rotation-study.service.ts';
import { TokenEvidence } from './pds/token-evidence.service.ts';
import { TokenProbe } from './pds/token-probe.service.ts';
import { PdsRequests } from './pds/pds-requests.service.ts';
import { GrantRefusals } from './refresh/grant-refusals.service.ts';
import { IssuerBackOff } from './refresh/issuer-back-off.service.ts';
import { Reauthentication } from './answers/reauthentication.service.ts';
import { RollbackChecks } from './rollback/rollback-checks.service.ts';
import { RestoredSessions } from './rollback/restored-sessions.service.ts';
import { RollbackRepository } from './rollback/rollback.repository.ts';
import { RollbackSettlement } from './rollback/rollback-settlement.service.ts';
import { RolledBackSessions } from './rollback/rolled-back-sessions.service.ts';
import { NewGrants } from './endings/new-grants.service.ts';
import { UnstoredGrants } from './endings/unstored-grants.service.ts';
import { ReconnectionRepository } from './endings/reconnection.repository.ts';
import { Reconnections } from './endings/reconnections.service.ts';
import { RefreshAttempt } from './refresh/refresh-attempt.service.ts';
import { RefreshSettlement } from './refresh/refresh-settlement.service.ts';
import { ReplayWindow } from './pds/replay-window.service.ts';
import { Refresher } from './refresh/refresher.service.ts';
import { ScopeShortfalls } from './stored/scope-shortfalls.service.ts';
import { SessionListing } from './operator/session-listing.service.ts';
import { SessionOperations } from './operator/session-operations.service.ts';
import { SessionMarks } from './stored/session-marks.service.ts';
import { SessionListeners } from './stored/session-listeners.service.ts';
import { SessionRequests } from './use/session-requests.service.ts';
import { SessionRepository } from './stored/session.repository.ts';
import { SessionSecretsBox } from './stored/session-secrets.service.ts';
import { SessionsController } from './operator/sessions.controller.ts';
import { Sessions } from './use/sessions.service.ts';
import { SessionSpool } from './refresh/session-spool.service.ts';
import { SessionTokenUses } from './refresh/session-token-uses.service.ts';
import { StreamGate } from './refresh/stream-gate.service.ts';

@Module({
  imports: [
    AuditModule,
    HighWaterModule,
    IdentityModule,
    LeasesModule,
    OAuthModule,
    SingleUseModule,
    WaitingModule,
  ],
  controllers: [SessionsController],
  providers: [
    AccountDepartures,
    AccountMoves,
    AnswerRepository,
    AnswerSpool,
    AnswerStore,
    AttemptRepository,
    ClientChange,
    SessionRevocation,
    SessionLastUse,
    SessionCache,
    LiveTokens,
    GrantRefusals,
    NewGrants,
    UnstoredGrants,
    IssuerBackOff,
    PdsRequests,
    Reauthentication,
    ReconnectionRepository,
    Reconnections,
    RefreshAttempt,
    RefreshSettlement,
    Refresher,
    ReplayWindow,
    RestoredSessions,
    RollbackChecks,
    RollbackRepository,
    RollbackSettlement,
    RolledBackSessions,
    RotationStudy,
    ScopeShortfalls,
    SessionListeners,
    SessionListing,
    SessionMarks,
    SessionOperations,
    SessionRepository,
    SessionRequests,
    SessionSecretsBox,
    SessionSpool,
    Sessions,
    SessionTokenUses,
    StreamGate,
    TokenEvidence,
    TokenProbe,
  ],
  exports: [
    NewGrants,
    SessionRevocation,
    Reconnections,
    Refresher,
    RestoredSessions,
    RollbackChecks,
    ScopeShortfalls,
    SessionListeners,
    SessionListing,
    SessionOperations,
    SessionRequests,
    Sessions,
  ],
})
export class SessionsModule {}
