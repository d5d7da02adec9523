import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';

const keepAliveMs = 90_000;

export type LoopbackServer = {
  port: number;
  answerWith: (listener: RequestListener) => void;
  /** Closes its connections and refuses new ones, like an outage. It can listen on the same port again. */
  halt: () => Promise<void>;
  /** Listens again, if it was halted. */
  resume: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * An HTTP server on a free port of `localhost`, on IPv4 and, where the machine has it, on IPv6.
 *
 * The port is known before the listener is: a PDS must be told its own URL before it can be built.
 */
export async function listenOnLoopback(): Promise<LoopbackServer> {
  const server = createServer({ keepAliveTimeout: keepAliveMs });
  const ipv6 = createSocketServer(socket => server.emit('connection', socket));
  const start = async (at: number): Promise<number> => {
    const port = await listen(server, '127.0.0.1', at);
    await listen(ipv6, '::1', port).catch(ignoreMissingIpv6);
    return port;
  };
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    ipv6.close();
    server.closeAllConnections();
    await closed;
  };
  const port = await start(0);
  return {
    port,
    answerWith: listener => server.on('request', listener),
    halt: stop,
    resume: async () => {
      if (!server.listening) await start(port);
    },
    stop,
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function ignoreMissingIpv6(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT') throw error;
}
