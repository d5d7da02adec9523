import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { MintedTokens } from './minted-tokens.service.ts';
import { ServiceTokenMint } from './service-token-mint.service.ts';
import { ServiceTokensController } from './service-tokens.controller.ts';
import { ServiceTokens } from './service-tokens.service.ts';

@Module({
  imports: [SessionsModule],
  controllers: [ServiceTokensController],
  providers: [MintedTokens, ServiceTokenMint, ServiceTokens],
  exports: [ServiceTokens],
})
export class ServiceTokensModule {}
