import { CompiledQuery, type DatabaseConnection, PostgresDriver, type TransactionSettings } from 'kysely';
import type { WatchedPool } from './watched-pool.ts';

/** Finds out at its first use where settings hold, and makes them in each transaction if they hold only there. */
export class SettingsDriver extends PostgresDriver {
  constructor(private readonly pool: WatchedPool) {
    super({ pool });
  }

  override async init(options?: Parameters<PostgresDriver['init']>[0]): Promise<void> {
    await super.init(options);
    await this.pool.learnScope();
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    settings: TransactionSettings,
  ): Promise<void> {
    await super.beginTransaction(connection, settings);
    const { localSettings } = this.pool;
    if (localSettings !== undefined) await connection.executeQuery(CompiledQuery.raw(localSettings));
  }
}
