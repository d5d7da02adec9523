import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { startServer } from '../identity/scripted-server.ts';
import { exchange, type Exchange } from '../network/http-exchange.ts';

export type Received = { request: IncomingMessage; body: Buffer; proof: Record<string, unknown> };

/** A PDS that records its requests and sends scripted responses. A request with a bad DPoP proof gets 418. */
export type StubPds = {
  readonly origin: string;
  readonly received: Received[];
  answer: (response: ServerResponse, received: Received) => void;
  /** Handles calls of one method before their bodies arrive. These are not in `received`. */
  takeStream: (nsid: string, take: (request: IncomingMessage, response: ServerResponse) => void) => void;
  /** Calls the broker as a browser whose session is here. */
  call: (nsid: string, options?: Exchange) => Promise<Response>;
  /** The headers of that browser. */
  readonly headers: Record<string, string>;
  stop: () => Promise<void>;
};

/** Starts a stub PDS with one session at the broker. */
export async function startStubPds(broker: TestBroker): Promise<StubPds> {
  const received: Received[] = [];
  const streams = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  const server = await startServer((request, response) => {
    const proof = readProof(request);
    if (proof === undefined) {
      response.writeHead(418).end('the proof is not good for this request');
      return;
    }
    const takeStream = streams.get(request.url?.replace('/xrpc/', '') ?? '');
    if (takeStream) {
      takeStream(request, response);
      return;
    }
    void buffer(request).then(body => {
      received.push({ request, body, proof });
      stub.answer(response, { request, body, proof });
    });
  });
  const cookie = await storeCookie(broker, await storeSession(broker, server.origin));
  const headers = { cookie: `latchkey=${cookie}`, 'x-latchkey-csrf': '1' };
  const stub: StubPds = {
    origin: server.origin,
    received,
    headers,
    answer: response => response.end('{}'),
    takeStream: (nsid, take) => streams.set(nsid, take),
    call: (nsid, options = {}) =>
      exchange(new URL(`/xrpc/${nsid}`, broker.url), {
        ...options,
        headers: { ...headers, ...options.headers },
      }),
    stop: server.stop,
  };
  return stub;
}

/** Verifies a proof (RFC 9449, section 4.3). Returns undefined if it is not valid for this request. */
function readProof({ headers, method, url = '' }: IncomingMessage): Record<string, unknown> | undefined {
  const [header = '', payload = '', signature = ''] = (headers.dpop as string).split('.');
  const { jwk, alg, typ } = JSON.parse(decode(header)) as { jwk: JsonWebKey; alg: string; typ: string };
  const claims = JSON.parse(decode(payload)) as Record<string, unknown>;
  const token = headers.authorization?.replace(/^DPoP /, '') ?? '';
  const sound =
    [alg, typ].join() === 'ES256,dpop+jwt' &&
    claims.htm === method &&
    claims.htu === `http://${headers.host}${url.split('?')[0]}` &&
    claims.ath === createHash('sha256').update(token).digest('base64url') &&
    verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
  return sound ? claims : undefined;
}

function decode(part: string): string {
  return Buffer.from(part, 'base64url').toString();
}
