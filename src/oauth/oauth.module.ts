import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { Authorizations } from './authorizations.service.ts';
import { ClientKeyRepository } from './client-key.repository.ts';
import { ClientKeys } from './client-keys.service.ts';
import { Grants } from './grants.service.ts';
import { OAuthController } from './oauth.controller.ts';
import { OAuthLibrary } from './oauth-library.ts';
import { OAuthStateRepository } from './oauth-state.repository.ts';
import { TokenRefresh } from './token-refresh.service.ts';

@Module({
  imports: [IdentityModule, LeasesModule],
  controllers: [OAuthController],
  providers: [
    Authorizations,
    ClientKeyRepository,
    ClientKeys,
    Grants,
    OAuthLibrary,
    OAuthStateRepository,
    TokenRefresh,
  ],
  exports: [Authorizations, Grants, TokenRefresh],
})
export class OAuthModule {}
