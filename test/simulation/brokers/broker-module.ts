import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '../../../src/access/access.module.ts';
import { ApiKeysModule } from '../../../src/api-keys/api-keys.module.ts';
import { BackgroundModule } from '../../../src/background/background.module.ts';
import type { Config } from '../../../src/config/config.ts';
import { ConfigModule } from '../../../src/config/config.module.ts';
import { CryptoModule } from '../../../src/crypto/crypto.module.ts';
import { DatabaseModule } from '../../../src/database/database.module.ts';
import { LoginModule } from '../../../src/login/login.module.ts';
import { NativeAppsModule } from '../../../src/native-apps/native-apps.module.ts';
import type { Log } from '../../../src/observability/log/log.ts';
import { ObservabilityModule } from '../../../src/observability/observability.module.ts';
import { UiSessionsModule } from '../../../src/ui-sessions/ui-sessions.module.ts';
import { ClaimCodeModule } from '../../../src/web/connect/claim-code.module.ts';

/** A broker without HTTP and pages: all its other modules. */
@Module({})
export class BrokerModule {
  static forConfig(config: Config, log: Log): DynamicModule {
    return {
      module: BrokerModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule.forLog(log),
        DatabaseModule,
        CryptoModule,
        AccessModule.withVerifiers([], []),
        UiSessionsModule,
        ApiKeysModule,
        LoginModule,
        NativeAppsModule,
        BackgroundModule,
        ClaimCodeModule,
      ],
    };
  }
}
