import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { issuerDocumentAt } from '../../../test/network/issuer-documents.ts';

/** What hostile servers have counted. */
export const counts = { asked: 0, held: 0 };

/** The ways to be slow. */
const kinds = {
  /** Describes an issuer, and never answers a pushed request. */
  silentPar: (request, response) => {
    if (request.method === 'POST') {
      counts.held++;
      request.socket.once('close', () => counts.held--);
      return;
    }
    const document = issuerDocumentAt(new URL(request.url ?? '', `http://${request.headers.host ?? ''}`));
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  },
  /** Answers at once, and asks to keep the connection for ten minutes. */
  keepsAlive: (_request, response) => {
    response.writeHead(404, { connection: 'keep-alive', 'keep-alive': 'timeout=600' }).end('{}');
  },
  /** Sends a document a byte a second. */
  dribbles: (request, response) => {
    counts.held++;
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 1000);
    request.socket.once('close', () => {
      counts.held--;
      clearInterval(timer);
    });
  },
} as const satisfies Record<string, RequestListener>;

const order = ['silentPar', 'keepsAlive', 'dribbles'] as const;

/**
 * Starts the hostile server with a number. Returns its origin.
 *
 * Those that describe an issuer share one site, as the names below one domain do: the OAuth library takes no other plain
 * http. All others have an address of their own, which counts as a site of its own.
 */
export async function startHostileServer(number: number): Promise<string> {
  const kind = order[number % order.length] ?? 'dribbles';
  const server = createServer((request, response) => {
    counts.asked++;
    kinds[kind](request, response);
  });
  server.keepAliveTimeout = 600_000;
  const address =
    kind === 'silentPar' ? '127.0.0.1' : `127.9.${Math.floor(number / 250)}.${(number % 250) + 1}`;
  server.listen(0, address);
  await once(server, 'listening');
  return `http://${address}:${(server.address() as AddressInfo).port}`;
}
