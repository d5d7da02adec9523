import {
  type DatabaseIntrospector,
  type Dialect,
  type Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { DatabaseLimits } from '../engine/database-limits.ts';
import { SqliteFileDriver } from './sqlite-driver.ts';

/** SQLite in one file that this process alone may open. */
export class SqliteFileDialect implements Dialect {
  constructor(
    private readonly path: string,
    private readonly limits: DatabaseLimits,
  ) {}

  createDriver(): SqliteFileDriver {
    return new SqliteFileDriver(this.path, this.limits);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new SqliteFileAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class SqliteFileAdapter extends SqliteAdapter {
  /** The driver gives out its connection in turn by itself; Kysely's own mutex lets newcomers overtake. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** SQLite rolls back DDL like any write, and no migration here needs a pragma that a transaction forbids. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
