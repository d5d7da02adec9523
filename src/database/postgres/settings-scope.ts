import { databaseUnavailable } from '../engine/driver-error.ts';
import type { WatchedClient } from './watched-client.ts';

/** Where a SET holds: in its session, or behind a pooler in transaction mode only in its transaction. */
export type SettingsScope = 'session' | 'transaction';

/** Values of synchronous_commit with which an answered COMMIT survives a crash and a failover. */
const DURABLE = new Set(['on', 'remote_apply']);

/**
 * Finds out whether connections keep their server processes. A pooler in transaction mode lends each transaction another
 * one, in an order of its own: it gives two idle connections the same process, or one connection two.
 */
export async function detectScope(first: WatchedClient, second: WatchedClient): Promise<SettingsScope> {
  const [a, b, c, d] = [
    await processOf(first),
    await processOf(second),
    await processOf(second),
    await processOf(first),
  ];
  return a === d && b === c && a !== b ? 'session' : 'transaction';
}

/**
 * Requires that single statements are durable without a SET.
 *
 * @param url names the role
 * @throws BrokerError `DatabaseUnavailable` with the remedy in its message
 */
export async function requireDurableDefault(client: WatchedClient, url: string): Promise<void> {
  const setting = await read(
    client,
    "select reset_val as value from pg_settings where name = 'synchronous_commit'",
  );
  if (setting === undefined || DURABLE.has(setting)) return;
  const role = new URL(url).username || 'latchkey';
  throw databaseUnavailable(
    `LATCHKEY_DATABASE_URL leads through a pooler in transaction mode, and synchronous_commit is ${setting} there, so a crash of Postgres could lose stored tokens. ` +
      `Run "alter role ${role} set synchronous_commit = on" and reconnect the pooler, or connect without it.`,
  );
}

function processOf(client: WatchedClient): Promise<string | undefined> {
  return read(client, 'select pg_backend_pid() as value');
}

async function read(client: WatchedClient, sql: string): Promise<string | undefined> {
  const { rows } = await client.query<{ value: unknown }>(sql, []);
  return rows[0] && String(rows[0].value);
}
