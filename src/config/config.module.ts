import type { DynamicModule } from '@nestjs/common';
import { Global, Module } from '@nestjs/common';
import { Config, readConfig } from './config.ts';

/** Gives every module the `Config`. */
@Global()
@Module({})
export class ConfigModule {
  /** Provides `config`, by default the one of this process's environment; throws `ConfigError` as `readConfig` does. */
  static forRoot(config: Config = readConfig()): DynamicModule {
    return { module: ConfigModule, providers: [{ provide: Config, useValue: config }], exports: [Config] };
  }
}
