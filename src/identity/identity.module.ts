import { Module } from '@nestjs/common';
import { IdentityService } from './resolution/identity.service.ts';
import { Lexicons } from './resolution/lexicons.service.ts';
import { NameServers } from './resolution/name-servers.service.ts';
import { OutboundHttp } from './outbound/outbound-http.service.ts';
import { ProfilePictures } from './pictures/profile-pictures.service.ts';

/** Who an account is and where it lives; every HTTP call that leaves the broker. */
@Module({
  providers: [OutboundHttp, IdentityService, Lexicons, NameServers, ProfilePictures],
  exports: [OutboundHttp, IdentityService, Lexicons, ProfilePictures],
})
export class IdentityModule {}
