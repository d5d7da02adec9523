import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.ts';
import { ApiKeyVerifier } from './api-keys/keys/api-key.verifier.ts';
import { ApiKeysModule } from './api-keys/api-keys.module.ts';
import { PasswordSessionVerifier } from './api-keys/password-sessions/password-session.verifier.ts';
import { BackgroundModule } from './background/background.module.ts';
import type { Config } from './config/config.ts';
import { ConfigModule } from './config/config.module.ts';
import { CryptoModule } from './crypto/crypto.module.ts';
import { DatabaseModule } from './database/database.module.ts';
import { HttpModule } from './http/http.module.ts';
import { IntrospectionModule } from './introspection/introspection.module.ts';
import { IntrospectorTokenVerifier } from './introspection/introspector-token.verifier.ts';
import { LoginModule } from './login/login.module.ts';
import { NativeAppsModule } from './native-apps/native-apps.module.ts';
import { OAuthModule } from './oauth/oauth.module.ts';
import type { Log } from './observability/log/log.ts';
import { ObservabilityModule } from './observability/observability.module.ts';
import { ServiceTokensModule } from './service-tokens/service-tokens.module.ts';
import { OperatorCookieVerifier } from './operator-sessions/operator-cookie.verifier.ts';
import { OperatorSessionsModule } from './operator-sessions/operator-sessions.module.ts';
import { TempTokenVerifier } from './temp-tokens/temp-token.verifier.ts';
import { TempTokensModule } from './temp-tokens/temp-tokens.module.ts';
import { CookieVerifier } from './ui-sessions/cookie.verifier.ts';
import { UiSessionsModule } from './ui-sessions/ui-sessions.module.ts';
import { WebModule } from './web/web.module.ts';
import { XrpcModule } from './xrpc/xrpc.module.ts';

/** The root module. Fills the ports of lower modules, such as the credential verifiers of access/. */
@Module({})
export class AppModule {
  static forConfig(config: Config, log: Log): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule.forLog(log),
        DatabaseModule,
        CryptoModule,
        AccessModule.withVerifiers(
          [UiSessionsModule, OperatorSessionsModule, TempTokensModule, ApiKeysModule, IntrospectionModule],
          [
            CookieVerifier,
            OperatorCookieVerifier,
            TempTokenVerifier,
            ApiKeyVerifier,
            PasswordSessionVerifier,
            IntrospectorTokenVerifier,
          ],
        ),
        HttpModule.forConfig(config),
        OAuthModule,
        UiSessionsModule,
        OperatorSessionsModule,
        TempTokensModule,
        ApiKeysModule,
        LoginModule,
        ServiceTokensModule,
        XrpcModule,
        IntrospectionModule,
        NativeAppsModule,
        BackgroundModule,
        WebModule,
      ],
    };
  }
}
