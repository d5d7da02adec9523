import { Module } from '@nestjs/common';
import { IdentityService } from './identity.service.ts';
import { OutboundHttp } from './outbound-http.ts';

/** Who an account is and where it lives; every HTTP call that leaves the broker. */
@Module({ providers: [OutboundHttp, IdentityService], exports: [OutboundHttp, IdentityService] })
export class IdentityModule {}
