import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ScriptedServer = {
  port: number;
  /** `http://<address>:<port>` */
  origin: string;
  /** Connections accepted so far. */
  connections: () => number;
  /** Requests whose headers arrived so far. */
  requests: IncomingMessage[];
  stop: () => Promise<void>;
};

/** A real HTTP server on one loopback address, with scripted responses. */
export async function startServer(
  answer: RequestListener,
  { address = '127.0.0.1', port = 0 } = {},
): Promise<ScriptedServer> {
  const requests: IncomingMessage[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('connection', () => connections++);
  server.listen(port, address);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    origin: `http://${address}:${bound}`,
    connections: () => connections,
    requests,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
