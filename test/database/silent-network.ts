import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type SilentNetwork = {
  /** The same database, reached through this network. */
  url: string;
  /** From now on every byte is swallowed, as by a cable that was pulled: nobody is told. */
  fallSilent: () => void;
  /** New connections work; the old ones stay silent. */
  recover: () => void;
  close: () => Promise<void>;
};

/** Stands between a client and its server, and can stop passing on what they say. */
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

/** A peer that cuts its connection is what is being tested. */
function ignoreReset(): void {
  return;
}
