import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type SilentNetwork = {
  /** The same database through this network. */
  url: string;
  /** Drops every byte from now on, like a pulled cable. */
  fallSilent: () => void;
  /** Lets new connections work. Old ones stay silent. */
  recover: () => void;
  close: () => Promise<void>;
};

/** A proxy between a client and its server that can drop their traffic. */
export async function startSilentNetwork(databaseUrl: string): Promise<SilentNetwork> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer(client => {
    sockets.add(client);
    if (silent) return;
    const upstream = connect(Number(target.port), target.hostname);
    sockets.add(upstream);
    for (const socket of [client, upstream]) socket.on('error', ignoreReset);
    client.pipe(upstream).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: Object.assign(new URL(databaseUrl), { port: (server.address() as AddressInfo).port }).href,
    fallSilent: () => {
      silent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    recover: () => {
      silent = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The tests cut connections on purpose. */
function ignoreReset(): void {
  return;
}
