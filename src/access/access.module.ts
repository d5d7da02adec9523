import { type DynamicModule, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccessGuard } from './access.guard.ts';
import { CredentialLimitGuard } from './credential-limit.guard.ts';
import { type CredentialVerifier, CredentialVerifiers } from './credential-verifier.ts';
import { DeclaredRoutes } from './declared-routes.service.ts';
import { OperatorTokenVerifier } from './operator-token.verifier.ts';
import { RouteAdmissions } from './route-admissions.service.ts';

/** The guard of every route. */
@Module({})
export class AccessModule {
  /** @param imports the modules that export `verifiers`: each kind of credential brings its own */
  static withVerifiers(
    imports: NonNullable<ModuleMetadata['imports']>,
    verifiers: Type<CredentialVerifier>[],
  ): DynamicModule {
    return {
      module: AccessModule,
      imports: [DiscoveryModule, ...imports],
      providers: [
        // In this order: the caller must be known before it is counted.
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: CredentialLimitGuard },
        {
          provide: CredentialVerifiers,
          inject: [OperatorTokenVerifier, ...verifiers],
          useFactory: (...all: CredentialVerifier[]) => new CredentialVerifiers(all),
        },
        DeclaredRoutes,
        OperatorTokenVerifier,
        RouteAdmissions,
      ],
    };
  }
}
