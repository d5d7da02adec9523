import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { parseRaw } from '../../../test/http/raw-request.ts';
import { freePorts } from '../../../test/network/free-ports.ts';
import { readConfig } from '../../config/config.ts';
import { createServer } from './server.ts';
import { readBody } from './uploaded-body.ts';

const ROUTES = ['/json', '/upload', '/unread', '/nowhere', '/%zz'];

describe('a body that stops moving', () => {
  let adapter: FastifyAdapter;
  let port: number;
  beforeAll(async () => {
    [port = 0] = await freePorts(1);
    const config = readConfig({ LATCHKEY_LISTEN: `127.0.0.1:${port}` });
    const pace = { tickMs: 10, idleMs: 200, windowMs: 400, leastBytesPerSecond: 1_000 };
    adapter = await createServer(config, pace);
    const server = adapter.getInstance<FastifyInstance>();
    server.post('/json', ({ body }) => body);
    server.post(
      '/upload',
      { config: { ownBody: true } },
      async ({ raw }) => (await readBody(raw, 1e6)).length,
    );
    server.post('/unread', { config: { ownBody: true } }, () => ({ read: false }));
    await server.listen({ port, host: '127.0.0.1' });
  });
  afterAll(() => adapter.close());

  const begin = async (path: string, ...fields: string[]): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    const head = [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Content-Type: application/json',
      ...fields,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    return socket;
  };

  it.each(
    ROUTES.flatMap(path => [
      [path, 'Content-Length: 1000'],
      [path, 'Transfer-Encoding: chunked'],
    ]),
  )('ends its connection, whatever is at %s (%s)', async (path, framing) => {
    const socket = await begin(path, framing);
    const answer = parseRaw(await text(socket));
    const expected = { '/unread': 200, '/%zz': 400 }[path] ?? 408;
    expect(answer.status).toBe(expected);
    if (expected !== 408) return;
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'RequestTimeout' });
    expect(answer.headers.get('connection')).toBe('close');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('ends the connection of one that drips', async () => {
    const socket = await begin('/json', 'Content-Length: 1000');
    const drip = setInterval(() => socket.write(' '), 20);
    const answer = parseRaw(await text(socket));
    clearInterval(drip);
    expect(answer.status).toBe(408);
  });

  it('leaves the connection of one that moves, to its end', async () => {
    const socket = await begin('/upload', 'Content-Length: 50000', 'Connection: close');
    let left = 50;
    const send = setInterval(() => {
      socket.write(Buffer.alloc(1_000, 'x'));
      if (--left === 0) clearInterval(send);
    }, 10);
    const answer = parseRaw(await text(socket));
    expect([answer.status, answer.body]).toEqual([200, '50000']);
  });
});
