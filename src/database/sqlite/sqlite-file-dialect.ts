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
  /** The driver lends its connection in turn. Kysely's own mutex would not keep the order of the requests. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** SQLite rolls back DDL like any write, and no migration needs a pragma that a transaction forbids. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
