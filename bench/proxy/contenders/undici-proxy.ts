// A minimal reverse proxy: undici-proxy.ts <PDS> [--proof] [--account-lock]
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Dispatcher, Pool } from 'undici';
import { Turns } from '../../turns.ts';
import { endToEnd } from './hop-headers.ts';
import { ProofSigner } from './proof-signer.ts';
import { serve } from './proxy-server.ts';

const keptBytes = 8 * 1024 * 1024;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    proof: { type: 'boolean', default: false },
    'account-lock': { type: 'boolean', default: false },
  },
});
const [pds = ''] = positionals;
const pool = new Pool(pds, { connections: 256 });
const signer = values.proof ? new ProofSigner(pds) : undefined;

/** All requests belong to one account. With its lock each waits for the responses to earlier ones. */
const turns = values['account-lock'] ? new Turns() : undefined;

await serve((request, response) =>
  turns ? turns.take(() => forward(request, response)) : forward(request, response),
);

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const isPassedOn = await send(request, response, body);
  if (!isPassedOn) await send(request, response, body);
}

/** Forwards a request and its response, and repeats it once for a newer nonce. */
async function send(
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
  body: Buffer | Readable | null,
): Promise<boolean> {
  let isPassedOn = true;
  const usedNonce = signer?.nonce;
  await pool.stream(
    {
      method,
      path: url,
      headers: { ...endToEnd(headers), ...proofOf(method, url) },
      body,
    },
    answer => {
      isPassedOn = isFinal(answer, usedNonce);
      keepNonce(answer.headers);
      return isPassedOn ? response.writeHead(answer.statusCode, endToEnd(answer.headers)) : sink();
    },
  );
  return isPassedOn;
}

function proofOf(method: string, path: string): Record<string, string> {
  return signer ? { authorization: `DPoP ${signer.token}`, dpop: signer.sign(method, path) } : {};
}

function isFinal(
  { statusCode, headers }: Dispatcher.StreamFactoryData,
  usedNonce: string | undefined,
): boolean {
  return statusCode !== 401 || !signer || headers['dpop-nonce'] === usedNonce;
}

function keepNonce(headers: IncomingHttpHeaders): void {
  const nonce = headers['dpop-nonce'];
  if (signer && typeof nonce === 'string') signer.nonce = nonce;
}

/** Buffers a small body, so that it can be sent again, and streams a large one. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | Readable | null> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length === 0) return null;
  return length > keptBytes ? request : buffer(request);
}

function sink(): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
}
