import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { DeclaredRoutes } from '../../src/access/declared-routes.service.ts';
import { readConfig } from '../../src/config/config.ts';
import { Allow } from '../../src/http/origins/allow.decorator.ts';
import { createServer } from '../../src/http/edge/server.ts';
import type { TempTokenScope } from '../../src/temp-tokens/temp-token-scope.ts';
import { TempTokenScopes } from '../../src/temp-tokens/temp-token-scopes.service.ts';

@Controller('fixtures')
class FixturesController {
  @Get(':id')
  @Allow('temp-token')
  read(): void {
    return;
  }

  @Get(':id/secret')
  @Allow('operator')
  secret(): void {
    return;
  }
}

@Module({
  imports: [DiscoveryModule],
  controllers: [FixturesController],
  providers: [DeclaredRoutes, TempTokenScopes],
})
class FixturesModule {}

const scope = (name: string, ...paths: string[]): TempTokenScope => ({
  name,
  routes: paths.map(path => ({ method: 'GET', path })),
  resource: 'id',
  longestSeconds: 60,
  singleUse: false,
});

describe('a process', () => {
  let app: NestFastifyApplication | undefined;
  afterEach(() => app?.close());

  const start = async (...scopes: TempTokenScope[]): Promise<TempTokenScopes> => {
    const compiled = await Test.createTestingModule({ imports: [FixturesModule] }).compile();
    const registry = compiled.get(TempTokenScopes);
    for (const wanted of scopes) registry.register(wanted);
    app = compiled.createNestApplication<NestFastifyApplication>(await createServer(readConfig({})));
    app.useLogger(false);
    await app.init();
    return registry;
  };

  it('refuses to start with wrong scopes of temp tokens, and names them and their routes in one message', async () => {
    const wrong = [scope('peek', '/fixtures/:id', '/fixtures/:id/secret', '/elsewhere/:id'), scope('empty')];
    await expect(start(...wrong)).rejects.toThrow(
      'Temp-token scopes with problems: ' +
        `scope "peek": GET /fixtures/:id/secret does not admit temp tokens: the @Allow of FixturesController.secret must name 'temp-token'; ` +
        'scope "peek": GET /elsewhere/:id has a path that no controller serves; ' +
        'scope "empty": it has no routes',
    );
  });

  it.each([[[]], [[scope('read', '/fixtures/:id')]]])(
    'starts with %j, and accepts no other scope afterwards',
    async scopes => {
      const registry = await start(...scopes);
      expect(() => {
        registry.register(scope('late', '/fixtures/:id'));
      }).toThrow('"late" comes too late');
      expect(registry.list()).toEqual(scopes);
    },
  );
});
