import { Module } from '@nestjs/common';
import { IdentityService } from './resolution/identity.service.ts';
import { Lexicons } from './resolution/lexicons.service.ts';
import { NameServers } from './resolution/name-servers.service.ts';
import { GuardedAgents } from './outbound/guarded-agents.service.ts';
import { OutboundHttp } from './outbound/outbound-http.service.ts';
import { ProfilePictures } from './pictures/profile-pictures.service.ts';

/** Resolves accounts and their servers, and sends all outbound HTTP. */
@Module({
  providers: [GuardedAgents, OutboundHttp, IdentityService, Lexicons, NameServers, ProfilePictures],
  exports: [OutboundHttp, IdentityService, Lexicons, ProfilePictures],
})
export class IdentityModule {}
