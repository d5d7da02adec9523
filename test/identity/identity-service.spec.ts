import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { readConfig } from '../../src/config/config.ts';
import { IdentityService } from '../../src/identity/resolution/identity.service.ts';
import { GuardedAgents } from '../../src/identity/outbound/guarded-agents.service.ts';
import { OutboundHttp } from '../../src/identity/outbound/outbound-http.service.ts';
import type { Did } from '../../src/database/tables/did.ts';
import { sharedNetwork, type Network } from '../network/network.ts';
import { startServer, type ScriptedServer } from './scripted-server.ts';

let network: Network;
let http: OutboundHttp;
let identity: IdentityService;

function serviceWith(settings: Record<string, string>): IdentityService {
  const config = readConfig({ LATCHKEY_DEV_ALLOW_HTTP: 'true', LATCHKEY_PLC_URL: network.plc, ...settings });
  return new IdentityService(config, http);
}

beforeAll(async () => {
  network = await sharedNetwork();
  http = new OutboundHttp(readConfig({ LATCHKEY_DEV_ALLOW_HTTP: 'true' }), new GuardedAgents());
  identity = serviceWith({ LATCHKEY_HANDLE_RESOLVER: network.pds });
});

afterAll(() => http.onApplicationShutdown());

const failsWith =
  (code: string) =>
  (message: RegExp): unknown =>
    expect.objectContaining({ code, message: expect.stringMatching(message) });
const notFound = failsWith('AccountNotFound');
const unreachable = failsWith('AccountUnreachable');

describe('an account of the network', () => {
  it('is found by its handle in any spelling, and by its DID', async () => {
    for (const { handle, did } of network.accounts) {
      const account = { did, handle, pds: network.pds };
      for (const identifier of [handle, ` @${handle.toUpperCase()} `, did]) {
        await expect(identity.resolve(identifier)).resolves.toEqual(account);
      }
    }
  });

  it('is found in the shape that the OAuth client needs', async () => {
    const [alice] = network.accounts;
    const info = await identity.identityResolver.resolve(alice?.did ?? '', { noCache: true });
    expect(info).toMatchObject({ did: alice?.did, handle: alice?.handle, didDoc: { id: alice?.did } });
  });

  it('has no handle while the handle cannot be verified', async () => {
    const [alice] = network.accounts;
    const failing = await startServer((_, response) => response.writeHead(500).end('{}'));
    try {
      const service = serviceWith({ LATCHKEY_HANDLE_RESOLVER: failing.origin });
      await expect(service.resolve(alice?.did ?? '')).resolves.toEqual({ did: alice?.did, pds: network.pds });
    } finally {
      await failing.stop();
    }
  });
});

describe('an account that is not found', () => {
  it('fails with the unknown handle', async () => {
    await expect(identity.resolve('nobody.test')).rejects.toEqual(
      notFound(/handle nobody\.test cannot be resolved/),
    );
  });

  it('fails with the DID that the directory does not know', async () => {
    const unknown = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa';
    await expect(identity.resolve(unknown)).rejects.toEqual(
      unreachable(/document of did:plc:a+ .* PLC directory/),
    );
  });

  it('fails while the directory cannot be reached, and is found when it is back', async () => {
    const [alice] = network.accounts;
    const directory = await startServer((_, response) => response.writeHead(500).end());
    const service = serviceWith({ LATCHKEY_PLC_URL: directory.origin });
    await expect(service.resolve(alice?.did ?? '')).rejects.toEqual(unreachable(/PLC directory/));
    await directory.stop();
    await expect(service.resolve(alice?.did ?? '')).rejects.toEqual(unreachable(/PLC directory/));

    const back = await startServer(forwardTo(network.plc), { port: directory.port });
    try {
      await expect(service.resolve(alice?.did ?? '')).resolves.toMatchObject({
        did: alice?.did,
        pds: network.pds,
      });
    } finally {
      await back.stop();
    }
  });

  it.each(['', 'not a handle', 'did:key:abc', 'https://pds.example.com:8443'])(
    'refuses %j as an account',
    async input => {
      await expect(identity.resolve(input)).rejects.toEqual(
        expect.objectContaining({ code: 'InvalidIdentifier' }),
      );
    },
  );

  it.each([
    ['handle resolver', 'alice.test'],
    ['directory', 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'],
  ])('fails with the caller’s reason when the caller gives up on a silent %s', async (_, identifier) => {
    const controller = new AbortController();
    const reason = new Error('the person left');
    const silent = await startServer(() => {
      controller.abort(reason);
    });
    const service = serviceWith({ LATCHKEY_HANDLE_RESOLVER: silent.origin, LATCHKEY_PLC_URL: silent.origin });
    const options = { signal: controller.signal };
    try {
      await expect(service.identityResolver.resolve(identifier, options)).rejects.toBe(reason);
      await expect(service.resolve(identifier, options)).rejects.toBe(reason);
    } finally {
      await silent.stop();
    }
  });
});

describe('an account at its own host (did:web)', () => {
  let host: ScriptedServer;
  let did: Did;
  let document: object;

  beforeAll(async () => {
    host = await startServer((request, response) => {
      const name = new URL(request.url ?? '', host.origin).pathname;
      const body = name === '/.well-known/did.json' ? document : { did };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    did = `did:web:localhost%3A${host.port}`;
  });

  afterAll(() => host.stop());

  const documentWith = (handle: string, endpoint: string): object => ({
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: did,
    alsoKnownAs: [`at://${handle}`],
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: endpoint }],
  });

  it('is found, with its handle if that points back', async () => {
    document = documentWith('carol.test', 'https://pds.example.com/');
    const service = serviceWith({ LATCHKEY_HANDLE_RESOLVER: host.origin });
    const account = { did, handle: 'carol.test', pds: 'https://pds.example.com' };
    await expect(service.resolve(did)).resolves.toEqual(account);
    await expect(service.resolve('carol.test')).resolves.toEqual(account);
  });

  it('is not found by a handle that it does not claim', async () => {
    document = documentWith('carol.test', 'https://pds.example.com');
    const service = serviceWith({ LATCHKEY_HANDLE_RESOLVER: host.origin });
    await expect(service.resolve('mallory.test')).rejects.toEqual(notFound(/does not claim this handle/));
  });

  it('is served from the cache, and fetched again with noCache', async () => {
    document = documentWith('carol.test', 'https://old.example.com');
    const service = serviceWith({ LATCHKEY_HANDLE_RESOLVER: host.origin });
    const pds = async (options?: { noCache: boolean }): Promise<string> =>
      (await service.resolve(did, options)).pds;
    expect(await pds()).toBe('https://old.example.com');

    document = documentWith('carol.test', 'https://new.example.com');
    const asked = host.requests.length;
    expect(await pds()).toBe('https://old.example.com');
    expect(host.requests).toHaveLength(asked);
    expect(await pds({ noCache: true })).toBe('https://new.example.com');
    expect(await pds()).toBe('https://new.example.com');
  });

  it('fails if its document names no PDS, or is invalid', async () => {
    const service = serviceWith({ LATCHKEY_HANDLE_RESOLVER: host.origin });
    document = { ...documentWith('carol.test', ''), service: [] };
    await expect(service.resolve(did, { noCache: true })).rejects.toEqual(
      unreachable(/names no personal data server/),
    );
    document = { ...documentWith('carol.test', 'https://pds.example.com'), id: 'did:web:example.com' };
    await expect(service.resolve(did, { noCache: true })).rejects.toEqual(
      unreachable(/could not be read from its own host/),
    );
  });

  it('is not requested where http is not allowed', async () => {
    const guarded = new OutboundHttp(readConfig({}), new GuardedAgents());
    const service = new IdentityService(readConfig({}), guarded);
    const asked = host.connections();
    await expect(service.resolve(did)).rejects.toEqual(unreachable(/could not be read from its own host/));
    expect(host.connections()).toBe(asked);
    await guarded.onApplicationShutdown();
  });
});

/** Returns a listener that responds like the server at `origin`. */
function forwardTo(origin: string): RequestListener {
  return (request, response) => {
    void fetch(new URL(request.url ?? '', origin)).then(async answer => {
      const contentType = answer.headers.get('content-type') ?? '';
      response.writeHead(answer.status, { 'content-type': contentType }).end(await answer.text());
    });
  };
}
