import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { Authorizations } from './authorizations.service.ts';
import { ClientKeyRepository } from './client-key.repository.ts';
import { ClientKeyRotation } from './client-key-rotation.service.ts';
import { ClientKeysController } from './client-keys.controller.ts';
import { ClientKeys } from './client-keys.service.ts';
import { Grants } from './grants.service.ts';
import { OAuthController } from './oauth.controller.ts';
import { OAuthLibrary } from './oauth-library.ts';
import { OAuthStateRepository } from './oauth-state.repository.ts';
import { TokenRefresh } from './token-refresh.service.ts';

@Module({
  imports: [AuditModule, IdentityModule, LeasesModule],
  controllers: [ClientKeysController, OAuthController],
  providers: [
    Authorizations,
    ClientKeyRepository,
    ClientKeyRotation,
    ClientKeys,
    Grants,
    OAuthLibrary,
    OAuthStateRepository,
    TokenRefresh,
  ],
  exports: [Authorizations, ClientKeyRotation, Grants, TokenRefresh],
})
export class OAuthModule {}
