import { afterEach, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { anyDestination } from '../../src/identity/outbound/destination-rule.ts';
import { outboundPolicies } from '../../src/identity/outbound/outbound-policy.ts';
import { guardedHttp, type GuardedHttp } from './guarded-http.ts';
import { startServer, type ScriptedServer } from './scripted-server.ts';

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function scene(answer: RequestListener): Promise<GuardedHttp & { server: ScriptedServer }> {
  const server = await startServer(answer);
  ends.push(server.stop);
  const http = guardedHttp({ rule: anyDestination, policy: outboundPolicies.refresh });
  ends.push(() => http.agent.destroy());
  return { server, ...http };
}

const spend = (signal?: AbortSignal): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', dpop: 'proof' },
  body: 'grant_type=refresh_token',
  ...(signal === undefined ? {} : { signal }),
});

/** In bytes. A longer answer to a refresh would be lost. */
const LONGEST = 2 * 1024 * 1024;

describe('a call that spends a token', () => {
  it('is sent as it was given, as URL and init or as a Request', async () => {
    const bodies: string[] = [];
    const { server, fetch } = await scene((request, response) => {
      void text(request).then(body => {
        bodies.push(body);
        response.end();
      });
    });
    const url = `${server.origin}/oauth/token?a=b`;
    await fetch(url, spend());
    await fetch(new URL(url), spend());
    await fetch(new Request(url, spend()));
    expect(bodies).toEqual(Array(3).fill('grant_type=refresh_token'));
    for (const request of server.requests) {
      expect([request.method, request.url]).toEqual(['POST', '/oauth/token?a=b']);
      expect(request.headers).toMatchObject({
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': '24',
        dpop: 'proof',
        'accept-encoding': 'identity',
      });
    }
  });

  it('returns a platform Response, which the OAuth library copies and then reads', async () => {
    const { server, fetch } = await scene((_, response) => {
      response.writeHead(400, 'Bad Request', { 'content-type': 'application/json', 'dpop-nonce': 'n1' });
      response.end('{"error":"use_dpop_nonce"}');
    });
    const answer = await fetch(server.origin, spend());
    expect(answer).toBeInstanceOf(Response);
    expect([answer.status, answer.statusText, answer.headers.get('DPoP-Nonce')]).toEqual([
      400,
      'Bad Request',
      'n1',
    ]);
    expect(await answer.clone().json()).toEqual({ error: 'use_dpop_nonce' });
    expect(await answer.json()).toEqual({ error: 'use_dpop_nonce' });
  });

  it('returns its response even if the caller gives up after it was sent', async () => {
    const { server, fetch } = await scene(
      (_, response) => void wait(200).then(() => response.end('rotated')),
    );
    const controller = new AbortController();
    const call = fetch(server.origin, spend(controller.signal));
    while (server.requests.length === 0) await wait(5);
    controller.abort();
    expect(await (await call).text()).toBe('rotated');
  });

  it('is not sent if the caller gave up before', async () => {
    const { server, fetch } = await scene((_, response) => response.end());
    await expect(fetch(server.origin, spend(AbortSignal.abort()))).rejects.toThrow('aborted');
    expect(server.connections()).toBe(0);
  });

  it('has a connection of its own', async () => {
    const { server, fetch } = await scene((_, response) => response.end('ok'));
    for (let calls = 1; calls <= 3; calls++) {
      await fetch(server.origin, spend());
      expect(server.connections()).toBe(calls);
    }
    expect(server.requests.map(request => request.headers.connection)).toEqual(['close', 'close', 'close']);
  });

  it('is sent exactly once, whatever the response', async () => {
    const { server, fetch } = await scene((request, response) => {
      if (request.url === '/reset') request.socket.destroy();
      else response.writeHead(Number(request.url?.slice(1))).end();
    });
    for (const status of [408, 421, 425, 429, 500, 502, 503, 504]) {
      const answer = await fetch(`${server.origin}/${status}`, spend());
      expect(answer.status).toBe(status);
    }
    await expect(fetch(`${server.origin}/reset`, spend())).rejects.toEqual(
      expect.objectContaining({ reason: 'network', sent: true }),
    );
    expect(server.requests).toHaveLength(9);
  });

  it('reports that nothing was sent if there was no connection', async () => {
    const { server, fetch } = await scene((_, response) => response.end());
    await server.stop();
    await expect(fetch(server.origin, spend())).rejects.toEqual(
      expect.objectContaining({ reason: 'network', sent: false, code: 'UpstreamUnavailable' }),
    );
  });

  it('reads a response that is compressed unasked, and fails beyond 2 MiB', async () => {
    const { server, fetch } = await scene((request, response) => {
      const body = 'x'.repeat(request.url === '/large' ? LONGEST + 1 : LONGEST);
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
    });
    const answer = await fetch(`${server.origin}/`, spend());
    expect((await answer.text()).length).toBe(LONGEST);
    await expect(fetch(`${server.origin}/large`, spend())).rejects.toEqual(
      expect.objectContaining({ reason: 'too_large', sent: true }),
    );
  });

  it('returns statuses without a body', async () => {
    const { server, fetch } = await scene((_, response) => response.writeHead(204).end());
    const answer = await fetch(server.origin, spend());
    expect([answer.status, answer.body, await answer.text()]).toEqual([204, null, '']);
  });
});
