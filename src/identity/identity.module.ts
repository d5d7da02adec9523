import { Module } from '@nestjs/common';
import { IdentityService } from './identity.service.ts';
import { Lexicons } from './lexicons.ts';
import { NameServers } from './name-servers.ts';
import { OutboundHttp } from './outbound-http.ts';
import { ProfilePictures } from './profile-pictures.service.ts';

/** Who an account is and where it lives; every HTTP call that leaves the broker. */
@Module({
  providers: [OutboundHttp, IdentityService, Lexicons, NameServers, ProfilePictures],
  exports: [OutboundHttp, IdentityService, Lexicons, ProfilePictures],
})
export class IdentityModule {}
