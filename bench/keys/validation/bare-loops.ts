import { hash } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import type { DatabaseConfig } from '../../../src/config/config.ts';

/** Only looks the secret up, without MAC, expiry and last use. */
export type BareLookup = {
  accepts: (secret: string) => boolean | Promise<boolean>;
  stop: () => Promise<void>;
};

const query = 'select * from api_key where digest = ';
const connections = 10;

/** SHA-256 and a map lookup. */
export function startWarmLookup(secrets: readonly string[]): BareLookup {
  const known = new Map(secrets.map(secret => [digestOf(secret), secret]));
  return { accepts: secret => known.has(digestOf(secret)), stop: () => Promise.resolve() };
}

/** SHA-256 and one prepared statement by the digest, on the broker's own driver and file or server. */
export function startColdLookup(database: DatabaseConfig): BareLookup {
  return database.kind === 'sqlite' ? lookUpInFile(database.path) : lookUpAtServer(database.url);
}

function lookUpInFile(path: string): BareLookup {
  const file = new Sqlite(path, { readonly: true, timeout: 0 });
  const statement = file.prepare(`${query}?`);
  return {
    accepts: secret => statement.get(digestOf(secret)) !== undefined,
    stop: () => {
      file.close();
      return Promise.resolve();
    },
  };
}

function lookUpAtServer(url: string): BareLookup {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  // The pool ends before its connections. If the server ends first, idle connections report an error to the pool.
  pool.on('connect', client => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  return {
    accepts: async secret => {
      const { rows } = await pool.query({ name: 'lookup', text: `${query}$1`, values: [digestOf(secret)] });
      return rows.length === 1;
    },
    stop: () => pool.end(),
  };
}

function digestOf(secret: string): string {
  return hash('sha256', secret);
}
