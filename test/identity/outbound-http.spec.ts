import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../../src/config/config.ts';
import { GuardedAgents } from '../../src/identity/outbound/guarded-agents.service.ts';
import { OutboundHttp } from '../../src/identity/outbound/outbound-http.service.ts';
import { startServer, type ScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
let http: OutboundHttp | undefined;

beforeEach(async () => {
  server = await startServer((_, response) => void wait(100).then(() => response.end('answered')));
});

afterEach(async () => {
  await http?.onApplicationShutdown();
  await server.stop();
});

const outboundHttp = (settings: Record<string, string>): OutboundHttp =>
  (http = new OutboundHttp(readConfig(settings), new GuardedAgents()));

const fetches = ['metadata', 'directory', 'token'] as const;
const refused = expect.objectContaining({ reason: 'forbidden_protocol', sent: false });
const closed = expect.objectContaining({ reason: 'closed', sent: false, code: 'ShuttingDown' });

describe('OutboundHttp', () => {
  it.each(fetches)('guards %s unless development allows http', async name => {
    await expect(outboundHttp({})[name](server.origin)).rejects.toEqual(refused);
    const answer = await outboundHttp({ LATCHKEY_DEV_ALLOW_HTTP: 'true' })[name](server.origin);
    expect(await answer.text()).toBe('answered');
  });

  it('guards xrpc unless development allows http', async () => {
    const request = { origin: server.origin, path: '/', method: 'GET' };
    await expect(outboundHttp({}).xrpc.request(request)).rejects.toEqual(refused);
    const answer = await outboundHttp({ LATCHKEY_DEV_ALLOW_HTTP: 'true' }).xrpc.request(request);
    expect(await answer.body.text()).toBe('answered');
  });

  it('guards blobs unless development allows http', async () => {
    const get = { method: 'GET', headers: {} } as const;
    await expect(outboundHttp({}).blob(new URL(server.origin), get)).rejects.toEqual(refused);
    const withPassword = new URL(server.origin.replace('//', '//a:b@'));
    const development = outboundHttp({ LATCHKEY_DEV_ALLOW_HTTP: 'true' });
    const credentials = expect.objectContaining({ reason: 'forbidden_credentials' });
    await expect(development.blob(withPassword, get)).rejects.toEqual(credentials);
    expect(await development.blob(new URL(server.origin), get)).toMatchObject({ statusCode: 200 });
  });

  it('lets strangers name only public hosts, and the operator any', async () => {
    const origin = server.origin.replace('http:', 'https:');
    const { metadata, token, xrpc, blob, directory } = outboundHttp({});
    const forbidden = expect.objectContaining({ reason: 'forbidden_address' });
    await expect(metadata(origin)).rejects.toEqual(forbidden);
    await expect(token(origin)).rejects.toEqual(forbidden);
    await expect(xrpc.request({ origin, path: '/', method: 'GET' })).rejects.toEqual(forbidden);
    await expect(blob(new URL(origin), { method: 'GET', headers: {} })).rejects.toEqual(forbidden);
    expect(server.connections()).toBe(0);
    // It connects, and fails only because this server has no TLS.
    await expect(directory(origin)).rejects.toEqual(expect.objectContaining({ reason: 'network' }));
    expect(server.connections()).toBe(1);
  });

  it('reuses the connection of a PDS', async () => {
    const { xrpc } = outboundHttp({ LATCHKEY_DEV_ALLOW_HTTP: 'true' });
    for (let calls = 0; calls < 3; calls++) {
      const answer = await xrpc.request({ origin: server.origin, path: '/', method: 'GET' });
      await answer.body.dump();
      // undici releases a connection one turn of the event loop later.
      await wait(5);
    }
    expect(server.connections()).toBe(1);
  });

  it('finishes the calls in flight at shutdown and accepts no more', async () => {
    const { token, xrpc, metadata } = outboundHttp({ LATCHKEY_DEV_ALLOW_HTTP: 'true' });
    const request = { origin: server.origin, path: '/', method: 'GET' };
    const inFlight = [token(server.origin), xrpc.request(request).then(({ body }) => body)];
    while (server.requests.length < 2) await wait(5);
    await http?.onApplicationShutdown();
    http = undefined;
    expect(await Promise.all(inFlight.map(async answer => (await answer).text()))).toEqual([
      'answered',
      'answered',
    ]);

    await expect(token(server.origin)).rejects.toEqual(closed);
    await expect(metadata(server.origin)).rejects.toEqual(closed);
    await expect(xrpc.request(request)).rejects.toEqual(closed);
  });
});
