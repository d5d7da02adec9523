import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module.ts';
import { ServiceTokensModule } from '../service-tokens/service-tokens.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { BlobRedirects } from './blob-redirects.service.ts';
import { SessionConcurrency } from './session-concurrency.service.ts';
import { XrpcController } from './xrpc.controller.ts';
import { XrpcService } from './xrpc.service.ts';

@Module({
  imports: [IdentityModule, ServiceTokensModule, SessionsModule],
  controllers: [XrpcController],
  providers: [BlobRedirects, SessionConcurrency, XrpcService],
})
export class XrpcModule {}
