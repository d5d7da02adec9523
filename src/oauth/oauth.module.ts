import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { Config } from '../config/config.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LeasesModule } from '../leases/leases.module.ts';
import { Authorizations } from './authorizations.service.ts';
import { ClientKeyRepository } from './client-key.repository.ts';
import { ClientKeyRotation } from './client-key-rotation.service.ts';
import { ClientKeysController } from './client-keys.controller.ts';
import { ClientKeys } from './client-keys.service.ts';
import { Grants } from './grants.service.ts';
import { IssuerEndpoints } from './issuer-endpoints.ts';
import { OAuthController } from './oauth.controller.ts';
import { OAuthLibrary } from './oauth-library.ts';
import { OAuthStateRepository } from './oauth-state.repository.ts';
import { openPermissionSetFile, PermissionSetFile } from './permission-set-file.ts';
import { PermissionSetRepository } from './permission-set.repository.ts';
import { PermissionSets } from './permission-sets.service.ts';
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
    IssuerEndpoints,
    OAuthLibrary,
    OAuthStateRepository,
    PermissionSetRepository,
    PermissionSets,
    {
      provide: PermissionSetFile,
      inject: [Config],
      useFactory: ({ permissionSetsFile }: Config) => openPermissionSetFile(permissionSetsFile),
    },
    TokenRefresh,
  ],
  exports: [
    Authorizations,
    ClientKeyRepository,
    ClientKeyRotation,
    ClientKeys,
    Grants,
    IssuerEndpoints,
    PermissionSets,
    TokenRefresh,
  ],
})
export class OAuthModule {}
