import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { IdentityModule } from '../identity/identity.module.ts';
import { OAuthModule } from '../oauth/oauth.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { UiSessionsModule } from '../ui-sessions/ui-sessions.module.ts';
import { FinishedLogins } from './finished-logins.service.ts';
import { LastSignIn } from './last-sign-in.service.ts';
import { LoginCallbackController } from './login-callback.controller.ts';
import { LoginController } from './login.controller.ts';
import { LoginCookies } from './login-cookies.service.ts';
import { Logins } from './logins.service.ts';
import { LogoutController } from './logout.controller.ts';
import { SignIns } from './sign-ins.service.ts';

/** Logins by OAuth: sign-ins, reconnections of keys' sessions, authorizations of keys. Logout. */
@Module({
  imports: [ApiKeysModule, IdentityModule, OAuthModule, SessionsModule, UiSessionsModule],
  controllers: [LoginController, LoginCallbackController, LogoutController],
  providers: [FinishedLogins, LastSignIn, LoginCookies, Logins, SignIns],
  exports: [LastSignIn, LoginCookies, Logins],
})
export class LoginModule {}
