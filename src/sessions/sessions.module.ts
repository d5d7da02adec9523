import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module.ts';
import { OAuthModule } from '../oauth/oauth.module.ts';
import { ClientChange } from './client-change.ts';
import { Endings } from './endings.service.ts';
import { PdsRequests } from './pds-requests.ts';
import { SessionRepository } from './session.repository.ts';
import { SessionSecretsBox } from './session-secrets.ts';
import { Sessions } from './sessions.service.ts';

@Module({
  imports: [IdentityModule, OAuthModule],
  providers: [ClientChange, Endings, PdsRequests, SessionRepository, SessionSecretsBox, Sessions],
  exports: [Endings, Sessions],
})
export class SessionsModule {}
