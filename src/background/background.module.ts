import { Module, type OnModuleInit } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { ExpiredApiKeys } from '../api-keys/keys/expired-api-keys.service.ts';
import { ExpiredKeyRequests } from '../api-keys/requests/expired-key-requests.service.ts';
import { Database } from '../database/connection/database.ts';
import { AuditLog } from '../audit/audit-log.service.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { LeaseRepository } from '../leases/lease.repository.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { NativeAppsModule } from '../native-apps/native-apps.module.ts';
import { SurplusNativeTokens } from '../native-apps/refresh/surplus-native-tokens.service.ts';
import { SessionRevocation } from '../sessions/endings/session-revocation.service.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { BackgroundController } from './background.controller.ts';
import { BackgroundRefresh } from './refresh/background-refresh.service.ts';
import { BackgroundStates } from './states/background-states.service.ts';
import { BackgroundWorker } from './refresh/background.worker.ts';
import { DueSessionRepository } from './refresh/due-session.repository.ts';
import { EndingSessionRepository } from './sweeps/ending-session.repository.ts';
import { ExpiryWarnings } from './sweeps/expiry-warnings.service.ts';
import { ExpiredRowRepository } from './sweeps/expired-row.repository.ts';
import { HolderlessSessionRepository } from './sweeps/holderless-session.repository.ts';
import { HolderlessSessions } from './sweeps/holderless-sessions.service.ts';
import { SessionCountRepository } from './states/session-count.repository.ts';
import { SessionMetrics } from './states/session-metrics.service.ts';
import { Sweeper } from './sweeps/sweeper.service.ts';

/** What ends at its `expires_at`, and leaves nothing to be done. */
const EXPIRING = [
  'oauth_state',
  'ui_session',
  'operator_session',
  'temp_token',
  'native_refresh',
  'native_proof',
] as const;

/** Each is a request to an issuer. */
const REVOCATIONS_AT_ONCE = 16;

@Module({
  imports: [ApiKeysModule, AuditModule, LeasesModule, NativeAppsModule, SessionsModule],
  controllers: [BackgroundController],
  providers: [
    BackgroundRefresh,
    BackgroundStates,
    BackgroundWorker,
    DueSessionRepository,
    EndingSessionRepository,
    ExpiryWarnings,
    ExpiredRowRepository,
    HolderlessSessionRepository,
    HolderlessSessions,
    LeaseRepository,
    SessionCountRepository,
    SessionMetrics,
    Sweeper,
  ],
  exports: [BackgroundStates],
})
export class BackgroundModule implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly sweeper: Sweeper,
    private readonly auditLog: AuditLog,
    private readonly expiredRowRows: ExpiredRowRepository,
    private readonly expiredApiKeys: ExpiredApiKeys,
    private readonly expiredKeyRequests: ExpiredKeyRequests,
    private readonly holderlessSessions: HolderlessSessions,
    private readonly sessionRevocation: SessionRevocation,
    private readonly surplusNativeTokens: SurplusNativeTokens,
  ) {}

  /** The table of what is swept; a later table adds its line. */
  onModuleInit(): void {
    const batch = this.database.dialect.rowsPerDelete;
    for (const name of EXPIRING) {
      const sweepBatch = (limit: number): Promise<number> => this.expiredRowRows.sweep(name, limit);
      this.sweeper.register({ name, batch, sweepBatch });
    }
    this.sweeper.register({
      name: 'api_key',
      batch,
      sweepBatch: limit => this.expiredApiKeys.sweep(limit),
    });
    this.sweeper.register({
      name: 'key_request',
      batch: REVOCATIONS_AT_ONCE,
      sweepBatch: limit => this.expiredKeyRequests.sweep(limit),
    });
    this.sweeper.register({
      name: 'native_refresh_surplus',
      batch,
      sweepBatch: limit => this.surplusNativeTokens.sweep(limit),
    });
    this.sweeper.register({
      name: 'audit_event',
      batch,
      sweepBatch: limit => this.auditLog.sweep(limit),
    });
    this.sweeper.register({
      name: 'revoking',
      batch: REVOCATIONS_AT_ONCE,
      sweepBatch: limit => this.sessionRevocation.retryRevocations(limit),
    });
    this.sweeper.register({
      name: 'oauth_session',
      batch: REVOCATIONS_AT_ONCE,
      sweepBatch: limit => this.holderlessSessions.sweep(limit),
    });
  }
}
