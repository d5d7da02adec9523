import { Module } from '@nestjs/common';
import { IdentityService } from './identity.service.ts';
import { Lexicons } from './lexicons.ts';
import { NameServers } from './name-servers.ts';
import { OutboundHttp } from './outbound-http.ts';

/** Who an account is and where it lives; every HTTP call that leaves the broker. */
@Module({
  providers: [OutboundHttp, IdentityService, Lexicons, NameServers],
  exports: [OutboundHttp, IdentityService, Lexicons],
})
export class IdentityModule {}
