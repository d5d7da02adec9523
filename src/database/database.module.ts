import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { Log } from '../observability/log/log.ts';
import { Database } from './connection/database.ts';
import { ForeignWrites } from './cache/foreign-writes.service.ts';
import { HomeRepository } from './home/home.repository.ts';
import { Home } from './home/home.service.ts';
import { settleHome } from './home/settle-home.ts';
import { migrateUp } from './migrator/migrator.ts';
import { openDatabase } from './connection/open-database.ts';

/** Opens and migrates the database before its users start, makes sure that it is no copy, and closes it after they have stopped. */
@Global()
@Module({
  providers: [
    { provide: Database, inject: [Config, Log], useFactory: openMigrated },
    ForeignWrites,
    Home,
    HomeRepository,
  ],
  exports: [Database, ForeignWrites, Home],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.destroy();
  }
}

async function openMigrated(config: Config, log: Log): Promise<Database> {
  const database = await openDatabase(config.database, {
    onConnectionLost: error => {
      log.databaseFailed(error);
    },
    onTransactionPooler: () => {
      log.databasePooler();
    },
  });
  try {
    const migrated = await migrateUp(database);
    if (migrated.length > 0) log.migrated(migrated);
    await settleHome(database, config, log);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}
