import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../../src/config/config.ts';
import { readText } from '../../src/identity/outbound/exchange.ts';
import { GuardedAgents } from '../../src/identity/outbound/guarded-agents.service.ts';
import { OutboundHttp } from '../../src/identity/outbound/outbound-http.service.ts';
import { outboundPolicies, type OutboundClass } from '../../src/identity/outbound/outbound-policy.ts';
import { forbiddenHosts } from './forbidden-hosts.ts';
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

type Call = (url: string) => Promise<string>;

/** Returns a call of each class, which resolves to the text of the response. */
function calls(http: OutboundHttp): Record<OutboundClass, Call> {
  const fetches = {
    metadata: http.metadata,
    directory: http.directory,
    sessionMetadata: http.sessionLookups.metadata,
    sessionDirectory: http.sessionLookups.directory,
    nativeMetadata: http.nativeMetadata,
    picture: http.picture,
    push: http.push,
    revocation: http.revocation,
    code: http.code,
  };
  const exchanges = {
    refresh: http.refresh,
    nativeRequest: http.nativeRequest,
    nativeToken: http.nativeToken,
  };
  const byFetch = mapValues(fetches, fetch => async url => (await fetch(url)).text());
  const byExchange = mapValues(exchanges, exchange => async url => {
    const { body } = await exchange(new URL(url), { method: 'POST', headers: {}, body: null });
    return new TextDecoder().decode(body);
  });
  const dispatchers = { xrpc: http.xrpc, xrpcAgain: http.xrpcAgain };
  const byDispatcher = mapValues(dispatchers, dispatcher => async url => {
    const { origin, pathname: path } = new URL(url);
    return (await dispatcher.request({ origin, path, method: 'GET' })).body.text();
  });
  const blob: Call = async url =>
    readText(await http.blob(new URL(url), { method: 'GET', headers: {} }), 100);
  return { ...byFetch, ...byExchange, ...byDispatcher, blob };
}

function mapValues<Name extends string, Value>(
  values: Record<Name, Value>,
  toCall: (value: Value) => Call,
): Record<Name, Call> {
  const entries = Object.entries<Value>(values).map(([name, value]) => [name, toCall(value)]);
  return Object.fromEntries(entries) as Record<Name, Call>;
}

const classes = Object.keys(outboundPolicies) as OutboundClass[];
const byOperator: OutboundClass[] = ['directory', 'sessionDirectory'];
/** Those that few calls fill: a server's queue of new connections is short. */
const toFill = classes.filter(name => outboundPolicies[name].callsPerSite <= 256);
const byStrangers = classes.filter(name => !byOperator.includes(name));
const refused = expect.objectContaining({ reason: 'forbidden_protocol', sent: false });
const forbidden = expect.objectContaining({ reason: 'forbidden_address', sent: false });
const closed = expect.objectContaining({ reason: 'closed', sent: false, code: 'ShuttingDown' });

describe('OutboundHttp', () => {
  it.each(classes)('guards %s unless development allows http', async name => {
    await expect(calls(outboundHttp({}))[name](server.origin)).rejects.toEqual(refused);
    const call = calls(outboundHttp({ LATCHKEY_DEV_ALLOW_HTTP: 'true' }))[name];
    expect(await call(server.origin)).toBe('answered');
  });

  it.each(byStrangers)('lets strangers name only public hosts for %s', async name => {
    const call = calls(outboundHttp({}))[name];
    for (const host of forbiddenHosts)
      await expect(call(`https://${host}:${server.port}`)).rejects.toEqual(forbidden);
    expect(server.connections()).toBe(0);
  });

  it.each(byOperator)('lets the operator name any host for %s', async name => {
    const origin = server.origin.replace('http:', 'https:');
    // It connects, and fails only because this server has no TLS.
    await expect(calls(outboundHttp({}))[name](origin)).rejects.toEqual(
      expect.objectContaining({ reason: 'network' }),
    );
    expect(server.connections()).toBe(1);
  });

  it.each(toFill)('parts %s from all other classes, also at one site', async name => {
    const held = await startServer(
      ({ url }, response) => {
        if (url === '/') response.end('answered');
      },
      { address: '127.0.0.2' },
    );
    const all = calls(outboundHttp({ LATCHKEY_DEV_ALLOW_HTTP: 'true' }));
    const failures: unknown[] = [];
    for (let count = 0; count < outboundPolicies[name].callsPerSite; count++)
      all[name](`${held.origin}/held`).catch((error: unknown) => failures.push(error));
    await expect(all[name](held.origin)).rejects.toEqual(
      expect.objectContaining({ reason: 'busy', sent: false }),
    );
    for (const other of classes.filter(each => each !== name))
      expect([other, await all[other](held.origin)]).toEqual([other, 'answered']);
    expect(failures).toEqual([]);
    await held.stop();
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
    const { code, xrpc, metadata } = outboundHttp({ LATCHKEY_DEV_ALLOW_HTTP: 'true' });
    const request = { origin: server.origin, path: '/', method: 'GET' };
    const inFlight = [code(server.origin), xrpc.request(request).then(({ body }) => body)];
    while (server.requests.length < 2) await wait(5);
    await http?.onApplicationShutdown();
    http = undefined;
    expect(await Promise.all(inFlight.map(async answer => (await answer).text()))).toEqual([
      'answered',
      'answered',
    ]);

    await expect(code(server.origin)).rejects.toEqual(closed);
    await expect(metadata(server.origin)).rejects.toEqual(closed);
    await expect(xrpc.request(request)).rejects.toEqual(closed);
  });
});
