import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { NativeAppsModule } from '../native-apps/native-apps.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { UiSessionsModule } from '../ui-sessions/ui-sessions.module.ts';
import { BackgroundController } from './background.controller.ts';
import { BackgroundRefresh } from './refresh/background-refresh.service.ts';
import { BackgroundStates } from './states/background-states.service.ts';
import { BackgroundWorker } from './tasks/background.worker.ts';
import { DueSessionRepository } from './refresh/due-session.repository.ts';
import { EndingSessionRepository } from './sweeps/ending-session.repository.ts';
import { ExpiryWarnings } from './sweeps/expiry-warnings.service.ts';
import { ExpiredRowRepository } from './sweeps/expired-row.repository.ts';
import { HolderlessSessionRepository } from './sweeps/holderless-session.repository.ts';
import { HolderlessSessions } from './sweeps/holderless-sessions.service.ts';
import { InstancesController } from './states/instances.controller.ts';
import { SessionCountRepository } from './states/session-count.repository.ts';
import { SessionMetrics } from './states/session-metrics.service.ts';
import { MisdatedRefreshRepository } from './sweeps/misdated-refresh.repository.ts';
import { Sweeper } from './sweeps/sweeper.service.ts';
import { Sweeps } from './sweeps/sweeps.service.ts';

/** Refreshes due sessions, sweeps ended rows, and warns of sessions that end soon. */
@Module({
  imports: [
    ApiKeysModule,
    AuditModule,
    IdentityModule,
    LeasesModule,
    NativeAppsModule,
    SessionsModule,
    UiSessionsModule,
  ],
  controllers: [BackgroundController, InstancesController],
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
    MisdatedRefreshRepository,
    SessionCountRepository,
    SessionMetrics,
    Sweeper,
    Sweeps,
  ],
  exports: [BackgroundStates],
})
export class BackgroundModule {}
