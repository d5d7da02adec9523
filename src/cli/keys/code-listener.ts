import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { acceptedPage, CODE_PAGE_POLICY, refusedPage } from './code-pages.ts';

/** Receives a claim code from the owner's browser on this machine. */
export type CodeListener = {
  /** The broker redirects the browser to this address, which no one can guess. */
  readonly url: string;
  /** Accepts the codes of one key request from now on. Until then every request gets 404. */
  readonly receive: (requestId: string, onCode: (code: string) => void) => void;
  readonly stop: () => Promise<void>;
};

type Receiver = { readonly requestId: string; readonly onCode: (code: string) => void };

const MAX_CODE_LENGTH = 100;

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': CODE_PAGE_POLICY,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

/** Listens on a free port of 127.0.0.1 (RFC 8252 section 7.3). */
export async function listenForCode(): Promise<CodeListener> {
  const path = `/${randomBytes(32).toString('base64url')}`;
  let receiver: Receiver | undefined;
  const server = createServer((request, response) => {
    const code = receiver && codeOf(request, path, receiver);
    respond(response, code !== undefined);
    if (code !== undefined) receiver?.onCode(code);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    receive: (requestId, onCode) => {
      receiver = { requestId, onCode };
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close(); // Lets a running response finish.
      server.closeIdleConnections();
      await closed;
    },
  };
}

/** Returns the code of the broker's own redirect, and undefined for every other request. */
function codeOf({ method, url = '' }: IncomingMessage, path: string, { requestId }: Receiver) {
  const target = URL.parse(url, 'http://127.0.0.1');
  if (method !== 'GET' || target?.pathname !== path || target.searchParams.get('request') !== requestId)
    return;
  const code = target.searchParams.get('code') ?? '';
  return code !== '' && code.length <= MAX_CODE_LENGTH ? code : undefined;
}

function respond(response: ServerResponse, isAccepted: boolean): void {
  response.writeHead(isAccepted ? 200 : 404, headers);
  response.end(isAccepted ? acceptedPage : refusedPage);
}
