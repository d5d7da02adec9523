import type { Database as SqliteHandle, Statement } from 'better-sqlite3';

const CAPACITY = 200;

/** Caches prepared statements by their text. Drops the least recently used one first. */
export class StatementCache {
  private readonly statements = new Map<string, Statement>();

  constructor(private readonly handle: SqliteHandle) {}

  prepare(sql: string): Statement {
    const statement = this.statements.get(sql) ?? this.handle.prepare(sql);
    this.statements.delete(sql);
    this.statements.set(sql, statement);
    if (this.statements.size > CAPACITY) this.evictOldest();
    return statement;
  }

  private evictOldest(): void {
    const [oldest] = this.statements.keys();
    if (oldest !== undefined) this.statements.delete(oldest);
  }
}
