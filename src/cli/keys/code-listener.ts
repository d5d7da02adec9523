import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Receives a claim code from the owner's browser, on this machine. */
export type CodeListener = {
  /** Where the broker sends the browser; nobody can guess it. */
  readonly url: string;
  /** Takes the codes of one key request from now on; before, nothing is taken. */
  readonly receive: (requestId: string, onCode: (code: string) => void) => void;
  readonly stop: () => Promise<void>;
};

type Receiver = { readonly requestId: string; readonly onCode: (code: string) => void };

const LONGEST_CODE = 100;

const headers = {
  'content-type': 'text/plain; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
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
    answer(response, code !== undefined);
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
      server.close(); // An answer under way comes to its end.
      server.closeIdleConnections();
      await closed;
    },
  };
}

/** Whatever is not exactly the broker's own way here gets one answer. */
function codeOf({ method, url = '' }: IncomingMessage, path: string, { requestId }: Receiver) {
  const asked = URL.parse(url, 'http://127.0.0.1');
  if (method !== 'GET' || asked?.pathname !== path || asked.searchParams.get('request') !== requestId) return;
  const code = asked.searchParams.get('code') ?? '';
  return code !== '' && code.length <= LONGEST_CODE ? code : undefined;
}

function answer(response: ServerResponse, isTaken: boolean): void {
  response.writeHead(isTaken ? 200 : 404, headers);
  response.end(
    isTaken
      ? 'The code has reached the program that asked for the key. You may close this page.\n'
      : 'There is nothing here.\n',
  );
}
