import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseRaw } from '../../../test/http/raw-request.ts';
import { readConfig } from '../../config/config.ts';
import { addConnectionLimits } from './connection-limits.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function start(settings: Record<string, string>): Promise<(from?: string) => Promise<Socket>> {
  const started = createServer((_request, response) => response.end('served'));
  server = started;
  addConnectionLimits(started, readConfig(settings));
  started.listen(0, '127.0.0.1');
  await once(started, 'listening');
  const { port } = started.address() as AddressInfo;
  return async (from = '127.0.0.1') => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from }).on('error', () => undefined);
    const accepted = once(started, 'connection');
    await once(socket, 'connect');
    await accepted;
    return socket;
  };
}

async function statusOf(socket: Socket): Promise<number> {
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  return parseRaw(await text(socket)).status;
}

describe('the limits of connections', () => {
  it('refuse those of one address beyond its number, and no others, until one is closed', async () => {
    const open = await start({ LATCHKEY_LIMIT_CONNECTIONS_PER_ADDRESS: '2' });
    const [first, second] = [await open(), await open()];
    const refused = parseRaw(await text(await open()));
    expect(refused).toMatchObject({ status: 429, body: expect.stringContaining('TooManyRequests') });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await statusOf(await open('127.0.0.2'))).toBe(200);
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);
    expect(await statusOf(await open())).toBe(200);
  });

  it('count no address of a trusted proxy', async () => {
    const open = await start({
      LATCHKEY_LIMIT_CONNECTIONS_PER_ADDRESS: '1',
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
    });
    await open();
    expect(await statusOf(await open())).toBe(200);
  });

  it('refuse those beyond the number in all, and close idle ones for the next', async () => {
    const open = await start({ LATCHKEY_LIMIT_CONNECTIONS: '2' });
    const idle = await open();
    idle.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle, 'data');
    const busy = await open('127.0.0.2');
    const closed = once(idle, 'close');
    expect(parseRaw(await text(await open('127.0.0.3'))).status).toBe(429);
    await closed;
    expect([await statusOf(await open('127.0.0.3')), await statusOf(busy)]).toEqual([200, 200]);
  });

  it('are none if they are off', async () => {
    const open = await start({
      LATCHKEY_LIMIT_CONNECTIONS: 'off',
      LATCHKEY_LIMIT_CONNECTIONS_PER_ADDRESS: 'off',
    });
    for (let count = 0; count < 20; count++) await open();
    expect(await statusOf(await open())).toBe(200);
  });
});
