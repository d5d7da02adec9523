import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  anyDestination,
  operatorDestinations,
  publicDestinations,
} from '../../src/identity/outbound/destination-rule.ts';
import { fetchingHandlePages } from '../../src/identity/resolution/handle-page.ts';
import { forbiddenHosts } from './forbidden-hosts.ts';
import { answering, guardedHttp, onlyTheSecondLoopback, type GuardedHttp } from './guarded-http.ts';
import { startServer, type ScriptedServer } from './scripted-server.ts';

const refusedFor = (reason: string): unknown => expect.objectContaining({ reason, sent: false });

let inside: ScriptedServer;
const open: GuardedHttp[] = [];

/** Returns an agent that closes with its test. */
function http(options: Parameters<typeof guardedHttp>[0]): GuardedHttp {
  const made = guardedHttp(options);
  open.push(made);
  return made;
}

beforeEach(async () => {
  inside = await startServer((_, response) => response.end('secret'));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ agent }) => agent.destroy()));
  await inside.stop();
});

describe('an address that a stranger has chosen', () => {
  it.each(forbiddenHosts)('is refused before anything is sent: https://%s', async host => {
    const { agent, fetch } = http({ rule: publicDestinations });
    const origin = `https://${host}:${inside.port}`;
    await expect(fetch(`${origin}/x`)).rejects.toEqual(refusedFor('forbidden_address'));
    await expect(agent.request({ origin, path: '/x', method: 'GET' })).rejects.toEqual(
      refusedFor('forbidden_address'),
    );
    expect(inside.connections()).toBe(0);
  });

  it('is refused for localhost, as this machine resolves it', async () => {
    const { fetch } = http({ rule: publicDestinations });
    await expect(fetch(`https://localhost:${inside.port}/`)).rejects.toEqual(refusedFor('forbidden_address'));
    expect(inside.connections()).toBe(0);
  });

  it.each(['http', 'ftp', 'file', 'ws', 'wss', 'data', 'blob', 'gopher', 'unix'])(
    'is refused as %s:',
    async scheme => {
      const { agent, fetch } = http({ rule: publicDestinations });
      const origin = `${scheme}://127.0.0.1`;
      await expect(fetch(`${origin}/`)).rejects.toEqual(refusedFor('forbidden_protocol'));
      await expect(agent.request({ origin, path: '/', method: 'GET' })).rejects.toEqual(
        refusedFor('forbidden_protocol'),
      );
      expect(inside.connections()).toBe(0);
    },
  );

  it.each(['user@', 'user:password@', ':password@', 'user%40host@'])(
    'is refused with user information: %s',
    async info => {
      const { agent, fetch } = http({ rule: anyDestination });
      const origin = `http://${info}127.0.0.1:${inside.port}`;
      await expect(fetch(`${origin}/`)).rejects.toEqual(refusedFor('forbidden_credentials'));
      await expect(agent.request({ origin, path: '/', method: 'GET' })).rejects.toEqual(
        refusedFor('forbidden_credentials'),
      );
      expect(inside.connections()).toBe(0);
    },
  );

  it('is quoted in errors only up to its origin', async () => {
    const { fetch } = http({ rule: publicDestinations });
    await expect(fetch('https://u:hunter2@[::1]/hunter2?token=hunter2')).rejects.toThrow(/^(?!.*hunter2)/);
    await expect(fetch('https://[::1]/hunter2?token=hunter2')).rejects.toThrow(/^(?!.*hunter2)/);
  });
});

describe('a redirect of a page that proves a handle', () => {
  it.each(['http://127.0.0.1', 'http://localhost', 'http://[::ffff:127.0.0.1]', 'file://127.0.0.1'])(
    'is refused if it leads inside: %s',
    async host => {
      const outside = await startServer(
        (_, response) => response.writeHead(301, { location: `${host}:${inside.port}/secret` }).end(),
        { address: '127.0.0.2', port: inside.port },
      );
      const { fetch } = http({ rule: onlyTheSecondLoopback });
      try {
        const page = fetchingHandlePages(fetch)(`http://127.0.0.2:${outside.port}/.well-known/atproto-did`);
        await expect(page).rejects.toThrow(/public internet address|https only|redirect/);
        expect([outside.connections(), inside.connections()]).toEqual([1, 0]);
      } finally {
        await outside.stop();
      }
    },
  );
});

describe('a name', () => {
  it.each([
    ['is private', ['10.0.0.1']],
    ['is loopback over IPv6', ['::1']],
    ['is private among public addresses', ['93.184.215.14', '127.0.0.1']],
    ['is private before public addresses', ['127.0.0.1', '2606:4700::1111']],
    ['carries IPv4 inside IPv6', ['64:ff9b::7f00:1']],
  ])('is refused if it %s', async (_, addresses) => {
    const { agent, fetch } = http({ rule: publicDestinations, resolve: answering(addresses) });
    const origin = `https://pds.example.com:${inside.port}`;
    await expect(fetch(origin)).rejects.toEqual(refusedFor('forbidden_address'));
    await expect(agent.request({ origin, path: '/', method: 'GET' })).rejects.toEqual(
      refusedFor('forbidden_address'),
    );
    expect(inside.connections()).toBe(0);
  });

  it('fails if it has no address, or cannot be resolved', async () => {
    const failing = (): Promise<never> => Promise.reject(new Error('SERVFAIL'));
    const none = http({ rule: publicDestinations, resolve: answering([]) });
    const unknown = http({ rule: publicDestinations, resolve: failing });
    await expect(none.fetch('https://pds.example.com')).rejects.toEqual(refusedFor('unresolved_name'));
    await expect(unknown.fetch('https://pds.example.com')).rejects.toEqual(refusedFor('unresolved_name'));
  });

  it('is connected to at the checked address, whatever it resolves to next', async () => {
    const outside = await startServer((_, response) => response.end('public'), {
      address: '127.0.0.2',
      port: inside.port,
    });
    const resolve = answering(['127.0.0.2'], ['127.0.0.1']);
    // One connection per call, so that the second call resolves the name again.
    const { fetch } = http({ rule: onlyTheSecondLoopback, resolve, policy: { keepAliveTimeout: 0 } });
    try {
      const first = await fetch(`http://rebinding.example:${outside.port}/`);
      expect(await first.text()).toBe('public');
      expect(resolve.questions).toEqual(['rebinding.example']);
      await expect(fetch(`http://rebinding.example:${outside.port}/`)).rejects.toEqual(
        refusedFor('forbidden_address'),
      );
      expect(resolve.questions).toHaveLength(2);
    } finally {
      await outside.stop();
    }
    expect(inside.connections()).toBe(0);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('fails with status %d and is not followed', async status => {
    const outside = await startServer(
      (_, response) => response.writeHead(status, { location: `${inside.origin}/latest/meta-data` }).end(),
      { address: '127.0.0.2' },
    );
    const { agent, fetch } = http({ rule: onlyTheSecondLoopback });
    try {
      for (const redirect of ['follow', 'manual', 'error'] as const) {
        const failure = expect.objectContaining({ reason: 'redirect', sent: true });
        await expect(fetch(`${outside.origin}/`, { redirect })).rejects.toEqual(failure);
      }
      const streamed = await agent.request({ origin: outside.origin, path: '/', method: 'GET' });
      expect(streamed.statusCode).toBe(status);
      await streamed.body.dump();
    } finally {
      await outside.stop();
    }
    expect(inside.connections()).toBe(0);
  });

  it('fails within the same origin too', async () => {
    const { agent, fetch } = guardedHttp({ rule: anyDestination });
    const server = await startServer((request, response) => {
      if (request.url === '/end') response.end('reached');
      else response.writeHead(302, { location: '/end' }).end();
    });
    try {
      await expect(fetch(`${server.origin}/start`)).rejects.toEqual(
        expect.objectContaining({ reason: 'redirect' }),
      );
      expect(server.requests).toHaveLength(1);
    } finally {
      await agent.destroy();
      await server.stop();
    }
  });
});

describe('an address that the operator permits', () => {
  it('may be any one over https, but not http, in the configuration', async () => {
    const { fetch } = http({ rule: operatorDestinations });
    await expect(fetch(inside.origin)).rejects.toEqual(refusedFor('forbidden_protocol'));
    // It connects, and fails only because this server has no TLS.
    const overTls = inside.origin.replace('http:', 'https:');
    await expect(fetch(overTls)).rejects.toEqual(refusedFor('network'));
    expect(inside.connections()).toBe(1);
  });

  it('may be http and private in development', async () => {
    const { fetch } = http({ rule: anyDestination });
    const answer = await fetch(inside.origin);
    expect(await answer.text()).toBe('secret');
  });
});
