import { Module, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AuditModule } from '../audit/audit.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { Metrics } from '../observability/metrics.ts';
import { OAuthModule } from '../oauth/oauth.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { AppDoctor } from './app-doctor.service.ts';
import { AttestationNotes } from './attestation-notes.ts';
import { Fingerprints } from './fingerprints.ts';
import { IssuerRequests } from './issuer-requests.ts';
import { KnownApps } from './known-apps.ts';
import { LookupKeyRepository } from './lookup-key.repository.ts';
import { NativeAnswers } from './native-answers.ts';
import { NativeAppDocumentsController } from './native-app-documents.controller.ts';
import { NativeAppGuard } from './native-app.guard.ts';
import { NativeAppKeys } from './native-app-keys.service.ts';
import { NativeAppKeysController } from './native-app-keys.controller.ts';
import { NativeAppRepository } from './native-app.repository.ts';
import { NativeApps } from './native-apps.service.ts';
import { NativeAppsController } from './native-apps.controller.ts';
import { NativeAttempts } from './native-attempt.service.ts';
import { NativeController } from './native.controller.ts';
import { addRefusalCors } from './native-cors.ts';
import { NativeLimits } from './native-limits.ts';
import { NativeProofRepository } from './native-proof.repository.ts';
import { NativeRefresher } from './native-refresher.service.ts';
import { NativeRefreshes } from './native-refreshes.service.ts';
import { NativeRefreshRepository } from './native-refresh.repository.ts';
import { NativeRequests } from './native-requests.service.ts';
import { SurplusNativeTokens } from './surplus-native-tokens.ts';

/** Client authentication for native apps, and refreshes that can be repeated. */
@Module({
  imports: [AuditModule, IdentityModule, LeasesModule, OAuthModule, SessionsModule],
  controllers: [
    NativeAppDocumentsController,
    NativeAppKeysController,
    NativeAppsController,
    NativeController,
  ],
  providers: [
    AppDoctor,
    AttestationNotes,
    Fingerprints,
    IssuerRequests,
    KnownApps,
    LookupKeyRepository,
    NativeAnswers,
    NativeAppGuard,
    NativeAppKeys,
    NativeAppRepository,
    NativeApps,
    NativeAttempts,
    NativeLimits,
    NativeProofRepository,
    NativeRefresher,
    NativeRefreshes,
    NativeRefreshRepository,
    NativeRequests,
    SurplusNativeTokens,
  ],
  exports: [NativeApps, SurplusNativeTokens],
})
export class NativeAppsModule implements NestModule {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly apps: KnownApps,
    metrics: Metrics,
    refresher: NativeRefresher,
  ) {
    const help = 'Refresh tokens of native apps in memory: on their way, and used with their answers';
    const source = (): Promise<Record<string, number>> => Promise.resolve(refresher.inMemory);
    metrics.measure({ name: 'latchkey_native_tokens_in_memory', help, label: 'state' }, source);
  }

  /** Runs before the routes are made, which take the hooks that are there by then. */
  configure(): void {
    addRefusalCors(this.host.httpAdapter.getInstance<FastifyInstance>(), this.apps);
  }
}
