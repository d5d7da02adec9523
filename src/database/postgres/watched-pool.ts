import type { PostgresPool } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { ConnectionError } from '../engine/connection-error.ts';
import type { DatabaseLimits } from '../engine/database-limits.ts';
import { WatchedClient } from './watched-client.ts';

/** A pool whose connections report their loss with a ConnectionError. */
export class WatchedPool implements PostgresPool {
  private readonly lost = new WeakSet<PoolClient>();
  private readonly configured = new WeakSet<PoolClient>();

  constructor(
    private readonly pool: Pool,
    private readonly limits: DatabaseLimits,
    onConnectionLost: (error: Error) => void,
  ) {
    pool.on('connect', client => {
      // While a connection is in use the pool does not listen, and an `error` without a listener ends the process.
      client.on('error', () => this.lost.add(client));
    });
    pool.on('error', onConnectionLost);
  }

  get options(): object {
    return this.pool.options;
  }

  async connect(): Promise<WatchedClient> {
    const client = await this.acquireClient();
    const watched = new WatchedClient(client, () => this.lost.has(client), this.limits.silenceMs);
    if (this.configured.has(client)) return watched;
    try {
      await watched.query(settings(this.limits), []);
      this.configured.add(client);
      return watched;
    } catch (error) {
      watched.release(true);
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.pool.end();
  }

  private async acquireClient(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw new ConnectionError('No connection to the database server', { cause: error });
    }
  }
}

/** Sent as a statement: poolers refuse unknown parameters in the startup packet, and a URL could override them. */
function settings({ statementMs, idleInTransactionMs }: DatabaseLimits): string {
  return [
    'set synchronous_commit = on',
    "set time zone 'UTC'",
    `set statement_timeout = ${statementMs}`,
    `set idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
  ].join('; ');
}
