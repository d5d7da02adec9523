import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { DatabaseConfig } from '../../src/config/config.ts';

/** A pooler in transaction mode, as PgBouncer has it: each transaction gets the process that was free last. */
export type TransactionPooler = { readonly config: DatabaseConfig; close(): Promise<void> };

const TERMINATE = 'X'.charCodeAt(0);
const READY = 'Z'.charCodeAt(0);
const IDLE = 'I'.charCodeAt(0);

export async function startTransactionPooler(databaseUrl: string): Promise<TransactionPooler> {
  const target = new URL(databaseUrl);
  const pool = new ProcessPool();
  const server = createServer(client => {
    pool.serve(client, connect(Number(target.port), target.hostname));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(port) }).href;
  return {
    config: { kind: 'postgres', url },
    close: async () => {
      pool.close();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Server processes that no transaction uses. Each client brings one, because the proxy cannot sign in itself. */
class ProcessPool {
  private readonly sockets = new Set<Socket>();
  private readonly free: Socket[] = [];
  private readonly clients = new Map<Socket, Socket>();
  private readonly waiting: (() => void)[] = [];

  serve(client: Socket, upstream: Socket): void {
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
    }
    this.clients.set(upstream, client);
    let mine: Socket | undefined = upstream;
    client.on('data', bytes => {
      if (bytes[0] === TERMINATE && bytes.length === 5) client.end();
      else if (this.clients.get(mine ?? client) === client) mine?.write(bytes);
      else
        this.lend(client, lent => {
          mine = lent;
          lent.write(bytes);
        });
    });
    const readReady = readyReader();
    upstream.on('data', bytes => {
      const client = this.clients.get(upstream);
      if (readReady(bytes)) this.takeBack(upstream);
      client?.write(bytes);
    });
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private lend(client: Socket, use: (upstream: Socket) => void): void {
    const upstream = this.free.pop();
    if (upstream) {
      this.clients.set(upstream, client);
      use(upstream);
    } else
      this.waiting.push(() => {
        this.lend(client, use);
      });
  }

  private takeBack(upstream: Socket): void {
    this.clients.delete(upstream);
    this.free.push(upstream);
    this.waiting.shift()?.();
  }
}

/** Returns a function that reads messages and tells whether the last one ends a transaction (ReadyForQuery, idle). */
function readyReader(): (bytes: Buffer) => boolean {
  let unread = Buffer.alloc(0);
  return bytes => {
    unread = Buffer.concat([unread, bytes]);
    let isReady = false;
    while (unread.length >= 5) {
      const end = 1 + unread.readUInt32BE(1);
      if (unread.length < end) break;
      isReady = unread[0] === READY && unread[5] === IDLE;
      unread = unread.subarray(end);
    }
    return isReady && unread.length === 0;
  };
}
