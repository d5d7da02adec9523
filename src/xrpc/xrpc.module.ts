import { Module } from '@nestjs/common';
import { ServiceTokensModule } from '../service-tokens/service-tokens.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { SessionConcurrency } from './session-concurrency.service.ts';
import { XrpcController } from './xrpc.controller.ts';
import { XrpcService } from './xrpc.service.ts';

@Module({
  imports: [ServiceTokensModule, SessionsModule],
  controllers: [XrpcController],
  providers: [SessionConcurrency, XrpcService],
})
export class XrpcModule {}
