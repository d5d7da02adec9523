import { once } from 'node:events';
import { createServer } from 'node:net';

const portsEach = 2_000;

/** Below what systems give to outgoing connections; each worker of jest has ports of its own, so that no two take the same. */
const firstPort = 10_000 + portsEach * (Number(process.env.JEST_WORKER_ID ?? 0) % 11);

let next = Math.floor(Math.random() * portsEach);

/** Different ports of 127.0.0.1 that were free a moment ago. */
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
    return false; // Whatever keeps us from listening there would keep others too.
  }
  server.close();
  await once(server, 'close');
  return true;
}
