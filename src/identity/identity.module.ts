import { Module } from '@nestjs/common';
import { AccountHandleRepository } from './handles/account-handle.repository.ts';
import { HandleChecks } from './handles/handle-checks.service.ts';
import { VerifiedHandles } from './handles/verified-handles.service.ts';
import { HandleVerifier } from './resolution/handle-verifier.service.ts';
import { IdentityService } from './resolution/identity.service.ts';
import { Lexicons } from './resolution/lexicons.service.ts';
import { NameServers } from './resolution/name-servers.service.ts';
import { GuardedAgents } from './outbound/guarded-agents.service.ts';
import { OutboundHttp } from './outbound/outbound-http.service.ts';
import { ClientLogo } from './pictures/client-logo.service.ts';
import { ProfilePictures } from './pictures/profile-pictures.service.ts';

/** Resolves accounts and their servers, and sends all outbound HTTP. */
@Module({
  providers: [
    AccountHandleRepository,
    ClientLogo,
    GuardedAgents,
    HandleChecks,
    HandleVerifier,
    IdentityService,
    Lexicons,
    NameServers,
    OutboundHttp,
    ProfilePictures,
    VerifiedHandles,
  ],
  exports: [
    ClientLogo,
    HandleChecks,
    HandleVerifier,
    IdentityService,
    Lexicons,
    OutboundHttp,
    ProfilePictures,
    VerifiedHandles,
  ],
})
export class IdentityModule {}
