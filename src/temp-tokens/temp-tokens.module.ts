import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DeclaredRoutes } from '../access/declared-routes.service.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { TempTokenRepository } from './temp-token.repository.ts';
import { TempTokenScopes } from './temp-token-scopes.service.ts';
import { TempTokenVerifier } from './temp-token.verifier.ts';
import { TempTokensController } from './temp-tokens.controller.ts';
import { TempTokens } from './temp-tokens.service.ts';

/** Short-lived tokens for one scope (a set of routes) and one resource. */
@Module({
  imports: [AuditModule, DiscoveryModule, LeasesModule],
  controllers: [TempTokensController],
  providers: [DeclaredRoutes, TempTokenRepository, TempTokens, TempTokenScopes, TempTokenVerifier],
  exports: [TempTokens, TempTokenScopes, TempTokenVerifier],
})
export class TempTokensModule {}
