import { once } from 'node:events';
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as sendRequest,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effect, Faults, RequestMatch } from './faults.ts';
import type { TokenLog } from './token-log.ts';

export type FaultProxyOptions = {
  server: RequestMatch['server'];
  /** The server itself, for requests without a fault. */
  direct: RequestListener;
  /** The port of 127.0.0.1 where the same server gets the others. */
  port: number;
  faults: Faults;
  tokenLog: TokenLog;
};

type Answer = { status: number; headers: OutgoingHttpHeaders; body: Buffer };

/** A proxy before a server that applies faults to requests, and records token requests. */
export function createFaultProxy({
  server,
  direct,
  port,
  faults,
  tokenLog,
}: FaultProxyOptions): RequestListener {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const tokenBody = isTokenRequest(request, path) ? await buffer(request) : undefined;
    const form = tokenBody && new URLSearchParams(tokenBody.toString());
    const effect = faults.take({ server, path, grantType: form?.get('grant_type') ?? undefined });
    if (!form && !effect) {
      direct(request, response);
      return;
    }
    const body = tokenBody ?? (await buffer(request));
    const entry = form && tokenLog.add(form);
    const forward = async (): Promise<Answer> => {
      const answer = await passOn(port, request, body);
      entry?.answered(answer.status, answer.body.toString());
      return answer;
    };
    if (effect) await perform(effect, forward, response);
    else send(response, await forward());
    if (!effect || passesAnswerOn.has(effect.kind)) entry?.delivered();
  };
  return (request, response) => {
    handle(request, response).catch(() => response.destroy());
  };
}

const passesAnswerOn = new Set<Effect['kind']>(['delay', 'twice', 'rewrite']);

function isTokenRequest({ method }: IncomingMessage, path: string): boolean {
  return method === 'POST' && path === '/oauth/token';
}

/** Applies a fault to a request or its response. */
async function perform(
  effect: Effect,
  forward: () => Promise<Answer>,
  response: ServerResponse,
): Promise<void> {
  switch (effect.kind) {
    case 'reset':
      if (effect.moment === 'after') await forward();
      response.socket?.resetAndDestroy();
      break;
    case 'delay':
      await delay(effect, forward, response);
      break;
    case 'answer':
      if (effect.moment === 'after') await forward();
      if (effect.chunkBytes === undefined) send(response, toAnswer(effect));
      else sendInChunks(response, toAnswer(effect), effect.chunkBytes);
      break;
    case 'cut':
      await cut(effect, response, await forward());
      break;
    case 'relabel': {
      const answer = await forward();
      send(response, { ...answer, headers: { ...answer.headers, ...effect.headers } });
      break;
    }
    case 'twice': {
      const answer = await forward();
      await forward();
      send(response, answer);
      break;
    }
    case 'rewrite': {
      const answer = await forward();
      const body = Buffer.from(answer.body.toString().replaceAll(effect.from, effect.to));
      send(response, { ...answer, body });
    }
  }
}

async function delay(
  { moment, milliseconds }: Extract<Effect, { kind: 'delay' }>,
  forward: () => Promise<Answer>,
  response: ServerResponse,
): Promise<void> {
  if (moment === 'before') await sleep(milliseconds);
  const answer = await forward();
  if (moment === 'after') await sleep(milliseconds);
  send(response, answer);
}

function toAnswer({ status, headers = {}, body = '' }: Extract<Effect, { kind: 'answer' }>): Answer {
  return { status, headers, body: Buffer.from(body) };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}

function sendInChunks(response: ServerResponse, { status, headers, body }: Answer, bytes: number): void {
  response.writeHead(status, headers);
  for (let at = 0; at < body.length; at += bytes) response.write(body.subarray(at, at + bytes));
  response.end();
}

async function cut(
  { isChunked = false, isWhole = false }: Extract<Effect, { kind: 'cut' }>,
  response: ServerResponse,
  { status, headers, body }: Answer,
): Promise<void> {
  const announced = isWhole ? body.length + 100 : body.length;
  response.writeHead(status, { ...headers, ...(!isChunked && { 'content-length': announced }) });
  response.write(isWhole ? body : body.subarray(0, Math.floor(body.length / 2)));
  await sleep(20); // Lets the first half leave before the connection closes.
  response.destroy();
}

async function passOn(port: number, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const outgoing = sendRequest({
    host: '127.0.0.1',
    port,
    method: request.method,
    path: request.url,
    headers: { ...withoutFraming(request.headers), 'content-length': body.length },
    agent: false,
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return {
    status: incoming.statusCode ?? 0,
    headers: withoutFraming(incoming.headers),
    body: await buffer(incoming),
  };
}

/** Drops the framing headers, as the body was read completely. */
function withoutFraming(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const rest = { ...headers };
  delete rest['transfer-encoding'];
  delete rest.connection;
  return rest;
}
