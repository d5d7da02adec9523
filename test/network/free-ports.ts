import { once } from 'node:events';
import { createServer } from 'node:net';

const portsEach = 2_000;

/** Below the ports of outgoing connections. Each jest worker has its own range, so that no two use the same port. */
const firstPort = 10_000 + portsEach * (Number(process.env.JEST_WORKER_ID ?? 0) % 11);

let next = Math.floor(Math.random() * portsEach);

/** Returns different ports of 127.0.0.1 that were free just now. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = firstPort + (next++ % portsEach);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false; // Any reason not to listen there applies to others too.
  }
  server.close();
  await once(server, 'close');
  return true;
}
