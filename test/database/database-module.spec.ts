import { randomBytes } from 'node:crypto';
import { Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it } from '@jest/globals';
import { migrations } from '../../migrations/index.ts';
import { ConfigModule } from '../../src/config/config.module.ts';
import { Config, type DatabaseConfig, readConfig } from '../../src/config/config.ts';
import { Database } from '../../src/database/connection/database.ts';
import { DatabaseModule } from '../../src/database/database.module.ts';
import { migrateUp } from '../../src/database/migrator/migrator.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { Leases } from '../../src/leases/leases.service.ts';
import { LeasesModule } from '../../src/leases/leases.module.ts';
import { ObservabilityModule } from '../../src/observability/observability.module.ts';
import { spoolDirectoryOf } from '../network/scratch-directory.ts';
import { describeDialects } from './dialects.ts';
import { createQuietLog } from './quiet-log.ts';

/** A provider that still writes during shutdown. */
@Injectable()
class LastWords implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    const until = this.database.now();
    await this.database.insertInto('lease').values({ name: 'last words', owner: 'o', until }).execute();
  }
}

@Module({ imports: [LeasesModule], providers: [LastWords] })
class UsesDatabase {}

function moduleFor(
  config: DatabaseConfig,
  lines: string[] = [],
): ReturnType<typeof Test.createTestingModule> {
  const url = config.kind === 'sqlite' ? `sqlite:${config.path}` : config.url;
  const LATCHKEY_ENCRYPTION_KEYS = randomBytes(32).toString('base64');
  const settings = readConfig({
    LATCHKEY_DATABASE_URL: url,
    LATCHKEY_ENCRYPTION_KEYS,
    ...(config.kind === 'postgres' && { LATCHKEY_SPOOL_DIR: spoolDirectoryOf(url) }),
  });
  return Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(settings),
      ObservabilityModule.forLog(createQuietLog(lines)),
      DatabaseModule,
      UsesDatabase,
    ],
  });
}

describeDialects('the database module', (_, { createEmpty }) => {
  it('opens and migrates before other providers are created, and closes after them', async () => {
    const config = await createEmpty();
    const lines: string[] = [];
    const app = await moduleFor(config, lines).compile();
    expect(app.get(Config).database).toEqual(config);
    const work = app.get(Leases).withLease('work', () => Promise.resolve('done'), { seconds: 60 });
    expect(await work).toBe('done');
    await app.close();
    expect(lines.join()).toContain(Object.keys(migrations)[0]);
    const database = await openDatabase(config);
    expect(await database.selectFrom('lease').select('name').execute()).toEqual([{ name: 'last words' }]);
    await database.destroy();
  });

  it('does not start on a newer database, and closes it', async () => {
    const config = await createEmpty();
    const newer = await openDatabase(config);
    await migrateUp(newer, { ...migrations, '9999-later': { up: () => Promise.resolve() } });
    await newer.destroy();
    await expect(moduleFor(config).compile()).rejects.toThrow('newer than this program');
    await (await openDatabase(config)).destroy();
  });
});
