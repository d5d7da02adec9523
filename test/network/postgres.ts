import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { createServerProcess, type ServerProcess } from './postgres-process.ts';
import { makeScratchDirectory } from './scratch-directory.ts';

/** Creates and drops databases on a running Postgres server, of this process or another. */
export type PostgresConnection = {
  /** URL of a superuser and the database `postgres`. */
  adminUrl: string;
  /** Creates an empty database and returns its URL. */
  createDatabase: () => Promise<string>;
  /** Copies a database without connections and returns the URL of the copy. */
  copyDatabase: (url: string) => Promise<string>;
  /** Drops a database, and closes its connections. */
  dropDatabase: (url: string) => Promise<void>;
};

/** A new Postgres server, on a free port of 127.0.0.1. */
export type Postgres = PostgresConnection & {
  /** Stops the server like an outage: closes its connections, and keeps its data and port. */
  halt: () => Promise<void>;
  /** Starts the halted server again. */
  resume: () => Promise<void>;
  /** Stops the server and deletes its data. */
  stop: () => Promise<void>;
};

/** Starts a real Postgres server, silent unless it fails. Root runs it as an unprivileged user. */
export async function startPostgres(): Promise<Postgres> {
  const directory = await makeScratchDirectory('latchkey-postgres-');
  const removeData = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const server = await createServerProcess(directory);
    return toPostgres(server, removeData);
  } catch (error) {
    await removeData();
    throw error;
  }
}

/** Returns the client of another process's server, by its `adminUrl`. */
export function connectPostgres(adminUrl: string): PostgresConnection {
  return {
    adminUrl,
    createDatabase: async () => {
      const name = `test_${randomBytes(8).toString('hex')}`;
      await runStatement(adminUrl, `create database ${name}`);
      return Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
    },
    copyDatabase: async url => {
      const name = `test_${randomBytes(8).toString('hex')}`;
      await runStatement(adminUrl, `create database ${name} template ${nameOf(url)}`);
      return Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
    },
    dropDatabase: async url => {
      await runStatement(adminUrl, `drop database if exists ${nameOf(url)} with (force)`);
    },
  };
}

function toPostgres(server: ServerProcess, removeData: () => Promise<void>): Postgres {
  return {
    ...connectPostgres(server.url),
    halt: server.stop,
    resume: server.start,
    stop: async () => {
      await server.stop();
      await removeData();
    },
  };
}

function nameOf(url: string): string {
  return pg.escapeIdentifier(new URL(url).pathname.slice(1));
}

async function runStatement(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
