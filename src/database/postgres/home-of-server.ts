import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely';
import type { DatabaseConfig } from '../../config/config.ts';
import { codeOf } from '../../errors/code-of.ts';
import type { HomeFacts } from '../engine/home-facts.ts';

/**
 * Returns the address as configured, the server's system identifier and the database's object id. A restored dump has other
 * identifiers. A physical copy shares them, and has another address.
 */
export async function readHomeOfServer(
  database: QueryExecutorProvider,
  config: DatabaseConfig,
): Promise<HomeFacts> {
  const system = sql<Value>`select system_identifier::text as value from pg_control_system()`;
  const oid = sql<Value>`select oid::text as value from pg_database where datname = current_database()`;
  const facts = {
    address: addressOf(config),
    system: await readValue(database, system),
    database: await readValue(database, oid),
  };
  return Object.fromEntries(Object.entries(facts).filter(hasValue));
}

type Value = { value: string };

/** Engines that only speak the protocol of Postgres have no such identifiers. */
async function readValue(
  database: QueryExecutorProvider,
  query: RawBuilder<Value>,
): Promise<string | undefined> {
  try {
    return (await query.execute(database)).rows[0]?.value;
  } catch (error) {
    if (isUnknownHere(codeOf(error))) return undefined;
    throw error;
  }
}

/** The function or table does not exist, may not be read, or is not supported (SQLSTATE classes 42 and 0A). */
function isUnknownHere(code: string): boolean {
  return /^(42|0A)/.test(code);
}

function addressOf(config: DatabaseConfig): string | undefined {
  if (config.kind !== 'postgres') return undefined;
  const { hostname, port, pathname, searchParams } = new URL(config.url);
  const host = searchParams.get('host') ?? hostname;
  return `${host}:${searchParams.get('port') ?? (port || '5432')}${pathname}`;
}

function hasValue(fact: [string, string | undefined]): fact is [string, string] {
  return fact[1] !== undefined;
}
