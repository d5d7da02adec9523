import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessGuard } from '../../src/access/access.guard.ts';
import { AccessModule } from '../../src/access/access.module.ts';
import { CredentialVerifiers } from '../../src/access/credential-verifier.ts';
import { readConfig } from '../../src/config/config.ts';
import { ConfigModule } from '../../src/config/config.module.ts';
import { Allow } from '../../src/http/origins/allow.decorator.ts';
import { ErrorFilter } from '../../src/http/errors/error.filter.ts';
import { createServer } from '../../src/http/edge/server.ts';
import { ObservabilityModule } from '../../src/observability/observability.module.ts';
import { exchange } from '../network/http-exchange.ts';
import { createQuietLog } from '../database/quiet-log.ts';

@Controller('fixture')
class FixtureController {
  @Get('declared')
  @Allow('anyone')
  declared(): string {
    return 'open';
  }

  @Get('forgotten')
  forgotten(): string {
    return 'nobody said who may see this';
  }
}

const config = readConfig({});
const surroundings = [ConfigModule.forRoot(config), ObservabilityModule.forLog(createQuietLog())];

@Module({
  imports: [...surroundings, AccessModule.withVerifiers([], [])],
  controllers: [FixtureController],
})
class WithTheWholeOfAccess {}

@Module({
  imports: surroundings,
  controllers: [FixtureController],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: CredentialVerifiers, useValue: new CredentialVerifiers([]) },
  ],
})
class WithTheGuardAlone {}

describe('a route that does not declare its callers', () => {
  let app: NestFastifyApplication | undefined;
  afterEach(() => app?.close());

  const create = async (module: Type): Promise<NestFastifyApplication> => {
    const compiled = await Test.createTestingModule({ imports: [module] }).compile();
    app = compiled.createNestApplication<NestFastifyApplication>(await createServer(config));
    app.useLogger(false);
    return app;
  };

  it('stops the process from starting, and is named', async () => {
    const broken = await create(WithTheWholeOfAccess);
    await expect(broken.init()).rejects.toThrow('Routes without @Allow: FixtureController.forgotten');
  });

  it('refuses everyone if it is reached all the same', async () => {
    const running = await create(WithTheGuardAlone);
    await running.listen(0, '127.0.0.1');
    const ask = async (path: string): Promise<Response> =>
      exchange(new URL(path, await running.getUrl()), { headers: { host: config.publicUrl.host } });
    expect(await (await ask('/fixture/declared')).text()).toBe('open');
    const answer = await ask('/fixture/forgotten');
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { error: 'Forbidden', message: 'This route is closed.' },
    ]);
  });
});
