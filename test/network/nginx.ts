import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const path = '/usr/sbin/nginx';
const pollMs = 20;

export type Nginx = {
  /** Its output so far. */
  output: () => string;
  stop: () => Promise<void>;
};

/**
 * Returns the path of Debian's nginx, or undefined if it is not installed.
 *
 * Throws instead if REQUIRE_NGINX=1 is set.
 */
export function findNginx(): string | undefined {
  if (existsSync(path)) return path;
  if (process.env.REQUIRE_NGINX === '1')
    throw new Error(`REQUIRE_NGINX is set, but there is no ${path}: install the package nginx`);
  return undefined;
}

/** Starts an nginx with its own directory and one server on a port of 127.0.0.1, and waits until it listens. */
export async function startNginx(port: number, serverBlock: string): Promise<Nginx> {
  const prefix = await mkdtemp(join(tmpdir(), 'latchkey-nginx-'));
  // Its workers run as another user if root starts it.
  await chmod(prefix, 0o755);
  await writeFile(join(prefix, 'nginx.conf'), configuration(port, serverBlock));
  const nginx = spawn(path, ['-p', prefix, '-c', 'nginx.conf', '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  nginx.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const stop = async (): Promise<void> => {
    await end(nginx);
    await rm(prefix, { recursive: true });
  };
  while (!(await accepts(port))) {
    if (nginx.exitCode !== null) {
      await stop();
      throw new Error(`nginx has ended: ${output}`);
    }
    await sleep(pollMs);
  }
  return { output: () => output, stop };
}

function configuration(port: number, serverBlock: string): string {
  const buffers = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    worker_processes 1;
    pid nginx.pid;
    error_log stderr warn;
    events { worker_connections 64; }
    http {
      access_log off;
      client_max_body_size 100m;
      ${buffers.map(name => `${name}_temp_path ${name};`).join('\n')}
      server {
        listen 127.0.0.1:${port};
        ${serverBlock}
      }
    }`;
}

async function end(nginx: ChildProcess): Promise<void> {
  if (nginx.exitCode !== null) return;
  const ended = once(nginx, 'exit');
  nginx.kill('SIGTERM');
  await ended;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // Not yet.
  } finally {
    socket.destroy();
  }
}
