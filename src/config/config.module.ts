import type { DynamicModule } from '@nestjs/common';
import { Global, Module } from '@nestjs/common';
import { Config, readConfig } from './config.ts';

/** Provides every module with the `Config`. */
@Global()
@Module({})
export class ConfigModule {
  /**
   * Provides `config`, by default that of this process's environment.
   *
   * @throws ConfigError as `readConfig` does
   */
  static forRoot(config: Config = readConfig()): DynamicModule {
    return { module: ConfigModule, providers: [{ provide: Config, useValue: config }], exports: [Config] };
  }
}
