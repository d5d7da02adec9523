import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePorts } from './free-ports.ts';
import { binariesIn, postgresUser } from './postgres-binaries.ts';

const logLinesKept = 30;

export type ServerProcess = { url: string; start: () => Promise<void>; stop: () => Promise<void> };

/** Creates a database cluster in an empty directory and starts its server on a free port of 127.0.0.1. */
export async function createServerProcess(directory: string): Promise<ServerProcess> {
  const binaries = await binariesIn(directory);
  const data = await makeOwned(join(directory, 'data'));
  const password = randomBytes(12).toString('hex');
  await initialise(binaries, directory, { data, password });
  const [port = 0] = await freePorts(1);
  const server = new Server(join(binaries, 'postgres'), data, port);
  await server.start();
  server.endWithThisProcess();
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    start: () => server.start(),
    stop: () => server.stop(),
  };
}

async function makeOwned(directory: string): Promise<string> {
  await mkdir(directory, { mode: 0o700 });
  const { uid, gid } = postgresUser;
  if (uid !== undefined && gid !== undefined) await chown(directory, uid, gid);
  return directory;
}

async function initialise(
  binaries: string,
  directory: string,
  { data, password }: { data: string; password: string },
): Promise<void> {
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, password);
  const options = ['--username=postgres', '--auth=password', '--encoding=UTF8', '--locale=C', '--no-sync'];
  await promisify(execFile)(
    join(binaries, 'initdb'),
    [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...options],
    { ...postgresUser, cwd: directory },
  );
}

/** A Postgres server that can be stopped and started again. */
class Server {
  #process: ChildProcess | undefined;
  readonly #program: string;
  readonly #arguments: readonly string[];
  readonly #data: string;

  constructor(program: string, data: string, port: number) {
    const settings = ['fsync=off', 'max_connections=200', 'lc_messages=C'].flatMap(setting => [
      '-c',
      setting,
    ]);
    this.#program = program;
    this.#data = data;
    this.#arguments = ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', '', ...settings];
  }

  /** Resolves when the server accepts connections. Rejects with its last output if it exits. */
  async start(): Promise<void> {
    // In a group of its own: a Ctrl-C at the terminal is for us, and we end the server when its clients have ended.
    const child = spawn(this.#program, this.#arguments, {
      ...postgresUser,
      cwd: this.#data,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    const lines: string[] = [];
    const ready = new Promise<void>((resolve, reject) => {
      createInterface(child.stderr).on('line', line => {
        lines.splice(0, Math.max(0, lines.length - logLinesKept));
        lines.push(line);
        if (line.includes('database system is ready to accept connections')) resolve();
      });
      child.once('error', reject);
      child.once('close', () => {
        reject(new Error(`Postgres did not start:\n${lines.join('\n')}`));
      });
    });
    await ready;
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGINT'); // A fast shutdown, which closes connections.
    await once(child, 'close');
  }

  /** Ends a server that was not stopped, also on a signal without another handler. */
  endWithThisProcess(): void {
    process.once('exit', () => this.#process?.kill('SIGINT'));
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        if (process.listenerCount(signal) === 0) process.exit(1);
      });
    }
  }
}
