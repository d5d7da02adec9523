import { Module, type OnModuleInit } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { ExpiredApiKeys } from '../api-keys/expired-api-keys.ts';
import { ExpiredKeyRequests } from '../api-keys/expired-key-requests.ts';
import { Database } from '../database/database.ts';
import { AuditLog } from '../audit/audit-log.service.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { LeaseRepository } from '../leases/lease.repository.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { NativeAppsModule } from '../native-apps/native-apps.module.ts';
import { SurplusNativeTokens } from '../native-apps/surplus-native-tokens.ts';
import { Endings } from '../sessions/endings.service.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { BackgroundController } from './background.controller.ts';
import { BackgroundRefresh } from './background-refresh.service.ts';
import { BackgroundStates } from './background-states.service.ts';
import { BackgroundWorker } from './background.worker.ts';
import { DueSessionRepository } from './due-session.repository.ts';
import { EndingSessionRepository } from './ending-session.repository.ts';
import { EndingSoon } from './ending-soon.ts';
import { ExpiredRowRepository } from './expired-row.repository.ts';
import { HolderlessSessionRepository } from './holderless-session.repository.ts';
import { HolderlessSessions } from './holderless-sessions.ts';
import { SessionCountRepository } from './session-count.repository.ts';
import { SessionMetrics } from './session-metrics.ts';
import { Sweeper } from './sweeper.ts';

/** Of a million SQLite deletes 20 rows in 1 ms, 100 in 7 ms, and nothing else happens in the process meanwhile. */
const ROWS_AT_ONCE = { sqlite: 20, postgres: 100 } as const;

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
    EndingSoon,
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
    private readonly audit: AuditLog,
    private readonly expired: ExpiredRowRepository,
    private readonly expiredKeys: ExpiredApiKeys,
    private readonly expiredRequests: ExpiredKeyRequests,
    private readonly holderless: HolderlessSessions,
    private readonly endings: Endings,
    private readonly surplusTokens: SurplusNativeTokens,
  ) {}

  /** The table of what is swept; a later table adds its line. */
  onModuleInit(): void {
    const batch = ROWS_AT_ONCE[this.database.dialect];
    for (const name of EXPIRING) {
      const sweepBatch = (limit: number): Promise<number> => this.expired.sweep(name, limit);
      this.sweeper.register({ name, batch, sweepBatch });
    }
    this.sweeper.register({
      name: 'api_key',
      batch,
      sweepBatch: limit => this.expiredKeys.sweep(limit),
    });
    this.sweeper.register({
      name: 'key_request',
      batch: REVOCATIONS_AT_ONCE,
      sweepBatch: limit => this.expiredRequests.sweep(limit),
    });
    this.sweeper.register({
      name: 'native_refresh_surplus',
      batch,
      sweepBatch: limit => this.surplusTokens.sweep(limit),
    });
    this.sweeper.register({
      name: 'audit_event',
      batch,
      sweepBatch: limit => this.audit.sweep(limit),
    });
    this.sweeper.register({
      name: 'revoking',
      batch: REVOCATIONS_AT_ONCE,
      sweepBatch: limit => this.endings.resume(limit),
    });
    this.sweeper.register({
      name: 'oauth_session',
      batch: REVOCATIONS_AT_ONCE,
      sweepBatch: limit => this.holderless.sweep(limit),
    });
  }
}
