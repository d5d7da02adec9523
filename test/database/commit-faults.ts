import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseConfig } from '../../src/config/config.ts';
import { SqliteFileDriver } from '../../src/database/sqlite/sqlite-driver.ts';

/**
 * What happens to a COMMIT: `before` it arrives, the connection breaks; `at` it, the database commits and its answer is
 * lost; `late`, the connection breaks and the COMMIT arrives afterwards; `after` its answer, the connection breaks.
 */
export type CommitFault = 'before' | 'at' | 'late' | 'after';

/** Every fault that a database can have. With SQLite there is no network between the COMMIT and its answer. */
export const commitFaults = {
  sqlite: ['before', 'at'],
  postgres: ['before', 'at', 'late', 'after'],
} as const satisfies Record<DatabaseConfig['kind'], readonly CommitFault[]>;

/** A way to a database on which COMMITs fail. */
export type FaultyDatabase = {
  /** The same database through this way. */
  readonly config: DatabaseConfig;
  /** Number of COMMITs so far. */
  commits(): number;
  /** Gives the fault to the COMMIT after the next `skipped` ones. */
  arm(fault: CommitFault, skipped: number): void;
  /** Returns whether the armed fault has happened. */
  hasStruck(): boolean;
  close(): Promise<void>;
};

const LATE_MS = 300;

/** The fault that waits, and the count of COMMITs. */
class Faults {
  commits = 0;
  private armed: { fault: CommitFault; at: number } | undefined;

  arm(fault: CommitFault, skipped: number): void {
    this.armed = { fault, at: this.commits + skipped };
  }

  get hasStruck(): boolean {
    return this.armed === undefined;
  }

  /** Counts a COMMIT. Returns its fault. */
  next(): CommitFault | undefined {
    const isArmed = this.armed?.at === this.commits++;
    const fault = isArmed ? this.armed?.fault : undefined;
    if (isArmed) this.armed = undefined;
    return fault;
  }
}

export async function openFaultyWay(database: DatabaseConfig): Promise<FaultyDatabase> {
  const faults = new Faults();
  const { config, close } =
    database.kind === 'sqlite'
      ? { config: database, close: breakCommits(faults) }
      : await startCommitProxy(database.url, faults);
  return {
    config,
    commits: () => faults.commits,
    arm: (fault, skipped) => {
      faults.arm(fault, skipped);
    },
    hasStruck: () => faults.hasStruck,
    close,
  };
}

/** Lets COMMITs of SQLite fail in this process, as when a sync of the file fails. */
function breakCommits(faults: Faults): () => Promise<void> {
  const { prototype } = SqliteFileDriver;
  const commit = Reflect.get<SqliteFileDriver, 'commitTransaction'>(prototype, 'commitTransaction');
  prototype.commitTransaction = async function (connection) {
    const fault = faults.next();
    if (fault !== 'before') await commit.call(this, connection);
    if (fault) throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' });
  };
  return () => {
    prototype.commitTransaction = commit;
    return Promise.resolve();
  };
}

async function startCommitProxy(
  databaseUrl: string,
  faults: Faults,
): Promise<{ config: DatabaseConfig; close: () => Promise<void> }> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const upstream = connect(Number(target.port), target.hostname);
    pass(client, upstream, faults);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(port) }).href;
  return {
    config: { kind: 'postgres', url },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Passes bytes both ways. The client sends one message at a time, so a COMMIT is never a part of another. */
function pass(client: Socket, upstream: Socket, faults: Faults): void {
  let fault: CommitFault | undefined;
  const breakOff = (): void => {
    client.destroy();
    upstream.destroy();
  };
  client.on('data', bytes => {
    if (/^Q....commit\0$/is.test(bytes.toString('latin1'))) fault = faults.next();
    if (fault === 'before') breakOff();
    else if (fault === 'late') void sendLate(client, upstream, bytes);
    else upstream.write(bytes);
  });
  upstream.on('data', bytes => {
    if (fault === undefined) client.write(bytes);
    else if (fault === 'after') client.write(bytes, breakOff);
    else breakOff();
  });
  client.on('close', () => {
    if (fault !== 'late') upstream.destroy();
  });
  upstream.on('close', () => client.destroy());
  for (const socket of [client, upstream]) socket.on('error', breakOff);
}

async function sendLate(client: Socket, upstream: Socket, bytes: Buffer): Promise<void> {
  client.destroy();
  await sleep(LATE_MS);
  upstream.write(bytes);
}
