// A server around the official client's fetchHandler: official-proxy.ts <PDS> [--restore]
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parseArgs } from 'node:util';
import {
  buildAtprotoLoopbackClientMetadata,
  JoseKey,
  NodeOAuthClient,
  type NodeSavedSession,
  requestLocalLock,
} from '@atproto/oauth-client-node';
import { endToEnd } from './hop-headers.ts';
import { serve } from './proxy-server.ts';

const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa';
const scope = 'atproto transition:generic';
const dayMs = 24 * 60 * 60_000;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { restore: { type: 'boolean', default: false } },
});
const [pds = ''] = positionals;
const client = createClient(await storedSession());
const kept = await client.restore(did);

await serve(async (request, response) => {
  const session = values.restore ? await client.restore(did) : kept;
  const answer = await session.fetchHandler(request.url ?? '/', {
    method: request.method ?? 'GET',
    headers: headersOf(request),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  response.writeHead(answer.status, endToEnd(Object.fromEntries(answer.headers))).end(body);
});

function headersOf({ headers }: IncomingMessage): [string, string][] {
  return Object.entries(endToEnd(headers)).map(([name, value]) => [name, value.toString()]);
}

async function storedSession(): Promise<NodeSavedSession> {
  const key = await JoseKey.generate(['ES256']);
  return {
    dpopJwk: key.privateJwk as NodeSavedSession['dpopJwk'],
    authMethod: { method: 'none' },
    tokenSet: {
      iss: pds,
      sub: did,
      aud: pds,
      scope: 'atproto transition:generic',
      token_type: 'DPoP',
      access_token: 'bench-token',
      refresh_token: 'bench-refresh-token',
      expires_at: new Date(Date.now() + dayMs).toISOString(),
    },
  };
}

/** The client as documented, with its session in memory, the fastest store. */
function createClient(session: NodeSavedSession): NodeOAuthClient {
  const sessions = new Map([[did, session]]);
  return new NodeOAuthClient({
    clientMetadata: buildAtprotoLoopbackClientMetadata({
      scope,
      redirect_uris: ['http://127.0.0.1:8080/callback'],
    }),
    allowHttp: true,
    handleResolver: pds,
    plcDirectoryUrl: pds,
    stateStore: { get: () => undefined, set: () => undefined, del: () => undefined },
    sessionStore: {
      get: key => sessions.get(key),
      set: (key, value) => {
        sessions.set(key, value);
      },
      del: key => {
        sessions.delete(key);
      },
    },
    runtimeImplementation: {
      // The client's own choice is ES256K, which is slower.
      createKey: () => JoseKey.generate(['ES256']),
      getRandomValues: length => randomBytes(length),
      digest: (bytes, { name }) => createHash(name).update(bytes).digest(),
      requestLock: requestLocalLock,
    },
  });
}
