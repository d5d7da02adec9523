import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module.ts';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { ForwardAuthController } from './forward-auth.controller.ts';
import { IntrospectController } from './introspect.controller.ts';
import { Introspection } from './introspection.service.ts';
import { IntrospectorTokenVerifier } from './introspector-token.verifier.ts';

@Module({
  imports: [IdentityModule, ApiKeysModule, SessionsModule],
  controllers: [ForwardAuthController, IntrospectController],
  providers: [Introspection, IntrospectorTokenVerifier],
  exports: [IntrospectorTokenVerifier],
})
export class IntrospectionModule {}
