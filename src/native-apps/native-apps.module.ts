import { Module, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AuditModule } from '../audit/audit.module.ts';
import { HighWaterModule } from '../high-water/high-water.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { Metrics } from '../observability/metrics/metrics.ts';
import { OAuthModule } from '../oauth/oauth.module.ts';
import { SingleUseModule } from '../single-use/single-use.module.ts';
import { WaitingModule } from '../waiting/waiting.module.ts';
import { AppDoctor } from './registry/app-doctor.service.ts';
import { Fingerprints } from './tokens/fingerprints.service.ts';
import { IssuerRequests } from './refresh/issuer-requests.service.ts';
import { NativeAppCache } from './registry/native-app.cache.ts';
import { LookupKeyRepository } from './tokens/lookup-key.repository.ts';
import { NativeAnswers } from './refresh/native-answers.service.ts';
import { NativeSpool } from './refresh/native-spool.service.ts';
import { NativeAppDocumentsController } from './registry/native-app-documents.controller.ts';
import { NativeAppGuard } from './endpoints/native-app.guard.ts';
import { NativeAppKeys } from './registry/native-app-keys.service.ts';
import { NativeAppKeysController } from './registry/native-app-keys.controller.ts';
import { NativeAppRepository } from './registry/native-app.repository.ts';
import { NativeApps } from './registry/native-apps.service.ts';
import { NativeAppsController } from './registry/native-apps.controller.ts';
import { NativeController } from './endpoints/native.controller.ts';
import { addRefusalCors } from './endpoints/native-cors.ts';
import { NativeLimits } from './endpoints/native-limits.service.ts';
import { NativeProofRepository } from './tokens/native-proof.repository.ts';
import { NativeRefresher } from './refresh/native-refresher.service.ts';
import { NativeRefreshes } from './endpoints/native-refreshes.service.ts';
import { NativeAttemptRepository } from './tokens/native-attempt.repository.ts';
import { NativeRefreshRepository } from './tokens/native-refresh.repository.ts';
import { NativeRequests } from './endpoints/native-requests.service.ts';
import { NativeTokenUses } from './refresh/native-token-uses.service.ts';
import { NativeTokens } from './tokens/native-tokens.service.ts';
import { SurplusNativeTokens } from './tokens/surplus-native-tokens.service.ts';

/** Client authentication for native apps, and refreshes that callers can repeat. */
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
  controllers: [
    NativeAppDocumentsController,
    NativeAppKeysController,
    NativeAppsController,
    NativeController,
  ],
  providers: [
    AppDoctor,
    Fingerprints,
    IssuerRequests,
    NativeAppCache,
    LookupKeyRepository,
    NativeAnswers,
    NativeSpool,
    NativeAppGuard,
    NativeAppKeys,
    NativeAppRepository,
    NativeApps,
    NativeLimits,
    NativeProofRepository,
    NativeRefresher,
    NativeRefreshes,
    NativeAttemptRepository,
    NativeRefreshRepository,
    NativeRequests,
    NativeTokens,
    NativeTokenUses,
    SurplusNativeTokens,
  ],
  exports: [NativeApps, SurplusNativeTokens],
})
export class NativeAppsModule implements NestModule {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly nativeAppCache: NativeAppCache,
    metrics: Metrics,
    nativeRefresher: NativeRefresher,
    nativeApps: NativeApps,
    nativeRefreshRows: NativeRefreshRepository,
  ) {
    nativeApps.onRemoval((appId, transaction) => nativeRefreshRows.deleteOfApp(appId, transaction));
    const help = 'Refresh tokens of native apps in memory: on their way, and used with their answers';
    const source = (): Promise<Record<string, number>> => Promise.resolve(nativeRefresher.inMemory);
    metrics.measure({ name: 'latchkey_native_tokens_in_memory', help, label: 'state' }, source);
  }

  /** Runs before the routes are registered: a route takes only the hooks that exist by then. */
  configure(): void {
    addRefusalCors(this.host.httpAdapter.getInstance<FastifyInstance>(), this.nativeAppCache);
  }
}
