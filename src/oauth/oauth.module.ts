import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { Config } from '../config/config.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { AccountIssuers } from './issuers/account-issuers.service.ts';
import { AuthorizationLimits } from './authorization/authorization-limits.service.ts';
import { Authorizations } from './authorization/authorizations.service.ts';
import { ClientKeyRepository } from './client-keys/client-key.repository.ts';
import { ClientKeyRotation } from './client-keys/client-key-rotation.service.ts';
import { ClientKeysController } from './client-keys/client-keys.controller.ts';
import { ClientKeys } from './client-keys/client-keys.service.ts';
import { Grants } from './refresh/grants.service.ts';
import { IssuerEndpoints } from './issuers/issuer-endpoints.service.ts';
import { IssuerTraitRepository } from './issuers/issuer-trait.repository.ts';
import { IssuerTraits } from './issuers/issuer-traits.service.ts';
import { OAuthController } from './authorization/oauth.controller.ts';
import { OAuthLibrary } from './issuers/oauth-library.service.ts';
import { OAuthStateRepository } from './authorization/oauth-state.repository.ts';
import { openPermissionSetFile, PermissionSetFile } from './scopes/permission-set-file.ts';
import { PermissionSetRepository } from './scopes/permission-set.repository.ts';
import { PermissionSets } from './scopes/permission-sets.service.ts';
import { ServerClock } from './issuers/server-clock.service.ts';
import { TokenRefresh } from './refresh/token-refresh.service.ts';

@Module({
  imports: [AuditModule, IdentityModule, LeasesModule],
  controllers: [ClientKeysController, OAuthController],
  providers: [
    AccountIssuers,
    AuthorizationLimits,
    Authorizations,
    ClientKeyRepository,
    ClientKeyRotation,
    ClientKeys,
    Grants,
    IssuerEndpoints,
    IssuerTraitRepository,
    IssuerTraits,
    OAuthLibrary,
    OAuthStateRepository,
    PermissionSetRepository,
    PermissionSets,
    {
      provide: PermissionSetFile,
      inject: [Config],
      useFactory: ({ permissionSetsFile }: Config) => openPermissionSetFile(permissionSetsFile),
    },
    ServerClock,
    TokenRefresh,
  ],
  exports: [
    AccountIssuers,
    AuthorizationLimits,
    Authorizations,
    ClientKeyRepository,
    ClientKeyRotation,
    ClientKeys,
    Grants,
    IssuerEndpoints,
    IssuerTraits,
    PermissionSets,
    ServerClock,
    TokenRefresh,
  ],
})
export class OAuthModule {}
