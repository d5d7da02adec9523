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

/** Servers at one loopback address each, which count as a site each. They hold every call to `/held`. */
async function sites(count: number, answer?: RequestListener): Promise<ScriptedServer[]> {
  const servers: ScriptedServer[] = [];
  const usual: RequestListener = ({ url }, response) => {
    if (url !== '/held') response.end('ok');
  };
  for (let n = 1; n <= count; n++)
    servers.push(await startServer(answer ?? usual, { address: `127.0.0.${n}` }));
  ends.push(() => Promise.all(servers.map(({ stop }) => stop())));
  return servers;
}

/** Sends a call that is never answered. Resolves once its server has it, or with the failure. */
async function hold({ agent }: GuardedHttp, server: ScriptedServer): Promise<unknown> {
  const before = server.requests.length;
  const failed = agent.request({ origin: server.origin, path: '/held', method: 'GET' }).then(
    () => 'answered',
    (error: unknown) => error,
  );
  const arrived = until(
    'the request arrives',
    () => server.requests.length,
    requests => requests > before,
  );
  return Promise.race([failed, arrived]);
}

describe('the calls at a time', () => {
  const busy = expect.objectContaining({ reason: 'busy', sent: false });
  const limitedHttp = (policy: Partial<OutboundPolicy>): GuardedHttp => {
    const http = guardedHttp({ rule: anyDestination, policy });
    ends.push(() => http.agent.destroy());
    return http;
  };

  it('are limited per site and in all, and a site that never answers leaves places to others', async () => {
    const [one, two, three, four] = (await sites(4)) as [
      ScriptedServer,
      ScriptedServer,
      ScriptedServer,
      ScriptedServer,
    ];
    const http = limitedHttp({ callsPerSite: 3, callsInAll: 4 });
    expect(await hold(http, one)).toBe(1);
    expect(await hold(http, one)).toBe(2);
    expect(await hold(http, one)).toEqual(busy);
    expect(await hold(http, two)).toBe(1);
    expect(await hold(http, two)).toEqual(busy);
    expect(await hold(http, three)).toBe(1);
    await expect(http.fetch(four.origin)).rejects.toEqual(busy);

    one.requests[0]?.socket.destroy();
    const answer = await until(
      'the fourth site is reached',
      () => http.fetch(four.origin).catch(() => undefined),
      reached => reached?.ok === true,
    );
    expect(await answer?.text()).toBe('ok');
  });

  it('count once, however they end', async () => {
    const answer: RequestListener = ({ url }, response) => {
      if (url === '/cut') response.destroy();
      else if (url === '/large') response.end('x'.repeat(100));
      else response.end('ok');
    };
    const [server] = (await sites(1, answer)) as [ScriptedServer];
    const http = limitedHttp({ callsPerSite: 1, callsInAll: 2, maxResponseSize: 50 });
    const closed = `http://127.0.0.1:1`;
    for (let round = 0; round < 3; round++) {
      await expect(http.fetch(`${server.origin}/cut`)).rejects.toEqual(failure('network'));
      await expect(http.fetch(`${server.origin}/large`)).rejects.toEqual(failure('too_large'));
      await expect(http.fetch(closed)).rejects.toEqual(failure('network'));
      await expect(http.fetch(server.origin, { signal: AbortSignal.abort() })).rejects.toThrow();
      expect((await http.fetch(server.origin)).ok).toBe(true);
    }
  });
});

describe('an idle connection', () => {
  /** Servers that ask for ten idle minutes, and count their open connections. */
  async function patientSites(count: number): Promise<{ servers: ScriptedServer[]; open: () => number }> {
    const sockets = new Set<unknown>();
    const servers = await sites(count, ({ socket }, response) => {
      if (!sockets.has(socket)) socket.once('close', () => sockets.delete(socket));
      sockets.add(socket);
      response.writeHead(404, { connection: 'keep-alive', 'keep-alive': 'timeout=600' }).end('{}');
    });
    return { servers, open: () => sockets.size };
  }

  it('never keeps a new origin out: the one unused for longest is closed', async () => {
    const { servers, open } = await patientSites(6);
    const http = guardedHttp({ rule: anyDestination, policy: { idleOrigins: 2, keepAliveTimeout: 60_000 } });
    ends.push(() => http.agent.destroy());
    for (const { origin } of servers) expect((await http.fetch(origin)).status).toBe(404);
    await until('only two are open', open, connections => connections === 2);
    const [newest] = servers.slice(-1) as [ScriptedServer];
    expect((await http.fetch(newest.origin)).status).toBe(404);
    expect(newest.connections()).toBe(1);
  });

  it('lives no longer than its class allows, whatever its server says', async () => {
    const { servers, open } = await patientSites(1);
    const [server] = servers as [ScriptedServer];
    const http = guardedHttp({ rule: anyDestination, policy: { keepAliveTimeout: 20 } });
    ends.push(() => http.agent.destroy());
    expect((await http.fetch(server.origin)).status).toBe(404);
    await until('it is closed', open, connections => connections === 0);
  });
});
