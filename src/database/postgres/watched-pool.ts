import type { PostgresPool } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { ConnectionError } from '../engine/connection-error.ts';
import type { DatabaseLimits } from '../engine/database-limits.ts';
import { createPool } from './postgres-pool.ts';
import { detectScope, requireDurableDefault, type SettingsScope } from './settings-scope.ts';
import { WatchedClient } from './watched-client.ts';

export type PoolEvents = {
  /** Called for each connection that breaks while it is idle. The pool replaces it. */
  onConnectionLost?: (error: Error) => void;
  /** Called if the server is behind a pooler in transaction mode. */
  onTransactionPooler?: () => void;
};

/** A pool whose connections report their loss with a ConnectionError. */
export class WatchedPool implements PostgresPool {
  private readonly lost = new WeakSet<PoolClient>();
  private readonly configured = new WeakSet<PoolClient>();
  private readonly pool: Pool;
  private scope: SettingsScope = 'session';

  constructor(
    private readonly url: string,
    private readonly limits: DatabaseLimits,
    private readonly events: PoolEvents,
  ) {
    this.pool = createPool(url, limits);
    this.pool.on('connect', client => {
      // While a connection is in use the pool does not listen, and an `error` without a listener ends the process.
      client.on('error', () => this.lost.add(client));
    });
    // The next caller that uses the connection gets its own error.
    this.pool.on('error', error => events.onConnectionLost?.(error));
  }

  get options(): object {
    return this.pool.options;
  }

  /** The settings that each transaction makes for itself, or undefined if its session has them. */
  get localSettings(): string | undefined {
    return this.scope === 'transaction' ? settings('set local', this.limits) : undefined;
  }

  /**
   * Finds out where settings hold.
   *
   * @throws BrokerError `DatabaseUnavailable` if a pooler hides the settings that the broker needs
   */
  async learnScope(): Promise<void> {
    const first = await this.acquireClient();
    try {
      this.scope = await this.detectScope(first);
      if (this.scope === 'session') return;
      await requireDurableDefault(first, this.url);
      this.events.onTransactionPooler?.();
    } finally {
      first.release();
    }
  }

  async connect(): Promise<WatchedClient> {
    const client = await this.acquireClient();
    if (this.scope === 'transaction' || this.configured.has(client.raw)) return client;
    try {
      await client.query(settings('set', this.limits), []);
      this.configured.add(client.raw);
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.pool.end();
  }

  private async detectScope(first: WatchedClient): Promise<SettingsScope> {
    const second = await this.acquireClient();
    try {
      return await detectScope(first, second);
    } finally {
      second.release();
    }
  }

  private async acquireClient(): Promise<WatchedClient> {
    try {
      const client = await this.pool.connect();
      return new WatchedClient(client, () => this.lost.has(client), this.limits.silenceMs);
    } catch (error) {
      throw new ConnectionError('No connection to the database server', { cause: error });
    }
  }
}

/** Sent as a statement: poolers refuse unknown parameters in the startup packet, and a URL could override them. */
function settings(set: 'set' | 'set local', { statementMs, idleInTransactionMs }: DatabaseLimits): string {
  return [
    `${set} synchronous_commit = on`,
    `${set} time zone 'UTC'`,
    `${set} statement_timeout = ${statementMs}`,
    `${set} idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
  ].join('; ');
}
