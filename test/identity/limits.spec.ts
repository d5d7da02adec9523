import { afterEach, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { anyDestination } from '../../src/identity/outbound/destination-rule.ts';
import type { OutboundPolicy } from '../../src/identity/outbound/outbound-policy.ts';
import { guardedHttp, type GuardedHttp } from './guarded-http.ts';
import { until } from '../until.ts';
import { startServer, type ScriptedServer } from './scripted-server.ts';

const failure = (reason: string): unknown => expect.objectContaining({ reason });

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

type Scene = GuardedHttp & { server: ScriptedServer };

async function scene(answer: RequestListener, policy: Partial<OutboundPolicy>): Promise<Scene> {
  const server = await startServer(answer);
  ends.push(server.stop);
  const http = guardedHttp({ rule: anyDestination, policy });
  ends.push(() => http.agent.destroy());
  return { server, ...http };
}

describe('a large response', () => {
  const maxResponseSize = 1000;
  const body = 'x'.repeat(maxResponseSize);

  it.each([
    ['announces its length', { 'content-length': String(maxResponseSize + 1) }],
    ['is chunked', {}],
  ])('is refused if it %s', async (_, headers) => {
    const { server, fetch } = await scene(
      (__, response) => response.writeHead(200, headers).write(`${body}y`),
      { maxResponseSize },
    );
    await expect(fetch(server.origin)).rejects.toEqual(failure('too_large'));
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is refused if only its %s form is small', async (coding, compress) => {
    const bomb = compress(Buffer.alloc(200_000));
    expect(bomb.length).toBeLessThan(maxResponseSize);
    const { server, fetch } = await scene(
      (_, response) => response.writeHead(200, { 'content-encoding': coding }).end(bomb),
      { maxResponseSize },
    );
    await expect(fetch(server.origin)).rejects.toEqual(failure('too_large'));
  });

  it('is read if it just fits, compressed or not', async () => {
    const { server, fetch } = await scene(
      ({ url }, response) =>
        url === '/gzip'
          ? response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body))
          : response.end(body),
      { maxResponseSize },
    );
    for (const path of ['/', '/gzip']) {
      const answer = await fetch(server.origin + path);
      expect(await answer.text()).toBe(body);
      expect(answer.headers.has('content-encoding')).toBe(false);
    }
  });

  it('is refused as a stream too, if its class has a limit', async () => {
    const { server, agent } = await scene((_, response) => response.end(`${body}y`), { maxResponseSize });
    const answer = await agent.request({ origin: server.origin, path: '/', method: 'GET' });
    await expect(answer.body.text()).rejects.toEqual(failure('too_large'));
  });
});

describe('an unreadable response', () => {
  it.each([
    ['an unknown coding', { 'content-encoding': 'compress' }, 'x'],
    ['a broken coding', { 'content-encoding': 'gzip' }, 'not gzip'],
    ['several codings', { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync('x'))],
  ])('is refused with %s', async (_, headers, body) => {
    const { server, fetch } = await scene((__, response) => response.writeHead(200, headers).end(body), {});
    await expect(fetch(server.origin)).rejects.toEqual(failure('unreadable'));
  });

  it('is refused if the connection ends within it', async () => {
    const { server, fetch } = await scene((request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('five5');
      setTimeout(() => request.socket.destroy(), 20);
    }, {});
    await expect(fetch(server.origin)).rejects.toEqual(
      expect.objectContaining({ reason: 'network', sent: true }),
    );
  });
});

/** A response times out after so much silence. Its chunks together take longer. */
const LONGEST_SILENCE_MS = 3_000;
const CHUNK_EACH_MS = 1_200;

describe('a slow response', () => {
  const silent: RequestListener = () => undefined;
  const dripping: RequestListener = (request, response) => {
    const timer = setInterval(() => response.write('.'), 10);
    request.socket.on('close', () => {
      clearInterval(timer);
    });
  };

  it('times out at the total limit, before its headers and within its body', async () => {
    for (const answer of [silent, dripping]) {
      const { server, fetch } = await scene(answer, { totalTimeout: 100 });
      await expect(fetch(server.origin)).rejects.toMatchObject({
        reason: 'timeout',
        code: 'UpstreamTimeout',
      });
    }
  });

  it('times out while it waits for a free connection', async () => {
    const limits = { totalTimeout: 100, connections: 1, headersTimeout: 0 };
    const { server, fetch, agent } = await scene(silent, limits);
    // Holds the only connection, without a total time limit, as that belongs to the fetch.
    const holder = agent.request({ origin: server.origin, path: '/', method: 'GET' });
    await until(
      'the connection is taken',
      () => server.requests.length,
      count => count === 1,
    );
    const calls = await Promise.allSettled([fetch(server.origin), fetch(server.origin)]);
    expect(calls).toEqual(Array(2).fill({ status: 'rejected', reason: failure('timeout') }));
    expect(server.requests).toHaveLength(1);
    await Promise.all([expect(holder).rejects.toThrow(), agent.destroy()]);
  });

  it('times out if a stream waits for headers or between chunks, and not while chunks arrive', async () => {
    const { server, agent } = await scene(
      (request, response) => {
        if (request.url === '/silent') return;
        response.write('first');
        if (request.url === '/stalled') return;
        void (async () => {
          for (const chunk of ['second', 'third', 'fourth']) {
            await wait(CHUNK_EACH_MS);
            response.write(chunk);
          }
          response.end();
        })();
      },
      { totalTimeout: 0, headersTimeout: LONGEST_SILENCE_MS, bodyTimeout: LONGEST_SILENCE_MS },
    );
    const get = (path: string): ReturnType<typeof agent.request> =>
      agent.request({ origin: server.origin, path, method: 'GET' });

    await Promise.all([
      expect(get('/silent')).rejects.toEqual(expect.objectContaining({ reason: 'timeout', sent: true })),
      expect((await get('/stalled')).body.text()).rejects.toEqual(failure('timeout')),
      expect((await get('/steady')).body.text()).resolves.toBe('firstsecondthirdfourth'),
    ]);
  });

  it('fails with the caller’s own reason when the caller gives up first', async () => {
    const { server, agent, fetch } = await scene(silent, {});
    const reason = new Error('the person left');
    const leave = (): AbortSignal => {
      const controller = new AbortController();
      const before = server.requests.length;
      void until(
        'the request has arrived',
        () => server.requests.length,
        count => count > before,
      ).then(() => {
        controller.abort(reason);
      });
      return controller.signal;
    };
    await expect(fetch(server.origin, { signal: leave() })).rejects.toBe(reason);
    await expect(fetch(new Request(server.origin, { signal: leave() }))).rejects.toBe(reason);
    const streamed = agent.request({ origin: server.origin, path: '/', method: 'GET', signal: leave() });
    await expect(streamed).rejects.toBe(reason);
    expect(server.requests).toHaveLength(3);

    await expect(fetch(server.origin, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.requests).toHaveLength(3);
  });
});

describe('the number of origins', () => {
  it('is bounded, and an origin without connections no longer counts', async () => {
    const answer: RequestListener = (request, response) => {
      if (request.url === '/end') response.writeHead(200, { connection: 'close' }).end('bye');
    };
    const { server: first, agent } = await scene(answer, { maxOrigins: 1 });
    const second = await startServer(answer);
    ends.push(second.stop);
    const ask = (origin: string): ReturnType<typeof agent.request> =>
      agent.request({ origin, path: '/end', method: 'GET' });

    const held = agent
      .request({ origin: first.origin, path: '/held', method: 'GET' })
      .catch((error: unknown) => error);
    await expect(ask(second.origin)).rejects.toEqual(
      expect.objectContaining({ reason: 'busy', sent: false }),
    );
    const bye = await ask(first.origin);
    expect(await bye.body.text()).toBe('bye');

    first.requests[0]?.socket.destroy();
    expect(await held).toEqual(failure('network'));
    await until(
      'the second origin is reached',
      () =>
        ask(second.origin).then(
          reached => reached.body.text(),
          (error: unknown) => error,
        ),
      answer => answer === 'bye',
    );
  });
});
