import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { LoginModule } from '../login/login.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { AssetsController } from './assets.controller.ts';
import { ClaimCodeModule } from './claim-code.module.ts';
import { ConnectController } from './connect.controller.ts';
import { SignInController } from './sign-in.controller.ts';

@Module({
  imports: [ApiKeysModule, ClaimCodeModule, LoginModule, SessionsModule],
  controllers: [AssetsController, ConnectController, SignInController],
})
export class WebModule {}
