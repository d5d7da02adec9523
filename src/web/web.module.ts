import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { LoginModule } from '../login/login.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { UiSessionsModule } from '../ui-sessions/ui-sessions.module.ts';
import { AccountController } from './account/account.controller.ts';
import { AccountOverview } from './account/account-overview.service.ts';
import { KeyController } from './account/key.controller.ts';
import { NewKeyController } from './account/new-key.controller.ts';
import { OwnKeys } from './account/own-keys.service.ts';
import { AssetsController } from './assets/assets.controller.ts';
import { ClaimCodeModule } from './connect/claim-code.module.ts';
import { ConnectController } from './connect/connect.controller.ts';
import { AvatarsController } from './sign-in/avatars.controller.ts';
import { LookupController } from './sign-in/lookup.controller.ts';
import { LookupLimit } from './sign-in/lookup-limit.ts';
import { SignInController } from './sign-in/sign-in.controller.ts';

@Module({
  imports: [ApiKeysModule, ClaimCodeModule, IdentityModule, LoginModule, SessionsModule, UiSessionsModule],
  controllers: [
    AccountController,
    AssetsController,
    AvatarsController,
    ConnectController,
    // Before the page of a key, which would take `new` for its id.
    NewKeyController,
    KeyController,
    LookupController,
    SignInController,
  ],
  providers: [AccountOverview, LookupLimit, OwnKeys],
})
export class WebModule {}
