import { once } from 'node:events';
import {
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
  /** The server itself, for requests to which nothing happens. */
  direct: RequestListener;
  /** The port of 127.0.0.1 at which the same server receives the others. */
  port: number;
  faults: Faults;
  tokenLog: TokenLog;
};

type Answer = { status: number; headers: OutgoingHttpHeaders; body: Buffer };

/** Stands before a server and lets faults happen to its requests; it counts the token requests. */
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
    await (effect ? perform(effect, forward, response) : send(response, await forward()));
  };
  return (request, response) => {
    handle(request, response).catch(() => response.destroy());
  };
}

function isTokenRequest({ method }: IncomingMessage, path: string): boolean {
  return method === 'POST' && path === '/oauth/token';
}

async function perform(
  effect: Effect,
  forward: () => Promise<Answer>,
  response: ServerResponse,
): Promise<void> {
  switch (effect.kind) {
    case 'reset':
      if (effect.moment === 'after') await forward();
      response.socket?.resetAndDestroy();
      return;
    case 'delay':
      return delay(effect, forward, response);
    case 'answer':
      if (effect.moment === 'after') await forward();
      return send(response, toAnswer(effect));
    case 'cut':
      return cut(response, await forward());
    case 'twice': {
      const answer = await forward();
      await forward();
      return send(response, answer);
    }
    case 'rewrite': {
      const { body, ...answer } = await forward();
      return send(response, {
        ...answer,
        body: Buffer.from(body.toString().replaceAll(effect.from, effect.to)),
      });
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

async function cut(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)));
  await sleep(20); // The first half is on its way before the connection ends.
  response.destroy();
}

async function passOn(port: number, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const { 'transfer-encoding': _, ...headers } = request.headers;
  const outgoing = sendRequest({
    host: '127.0.0.1',
    port,
    method: request.method,
    path: request.url,
    headers: { ...headers, 'content-length': body.length },
    agent: false,
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const answered = { ...incoming.headers };
  delete answered['transfer-encoding'];
  delete answered.connection;
  return { status: incoming.statusCode ?? 0, headers: answered, body: await buffer(incoming) };
}
