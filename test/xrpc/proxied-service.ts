import { text } from 'node:stream/consumers';
import type { Did } from '../../src/database/tables/did.ts';
import { startServer } from '../identity/scripted-server.ts';

/** A request to a service, and the claims of its service token. */
type ProxiedCall = { url: string | undefined; body: string; token: unknown };

/** A service that a PDS calls for its accounts, `<did>#test_service`. */
export type ProxiedService = {
  readonly did: Did;
  readonly calls: ProxiedCall[];
  stop: () => Promise<void>;
};

/** Starts such a service, whose did:web a PDS in development mode resolves at `localhost`. */
export async function startProxiedService(): Promise<ProxiedService> {
  const calls: ProxiedCall[] = [];
  const server = await startServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/did.json') {
      response.end(JSON.stringify(documentOf(did, server.port)));
      return;
    }
    const token = claimsOf(request.headers.authorization);
    void text(request).then(body => {
      calls.push({ url: request.url, body, token });
      response.end('{"actors":[]}');
    });
  });
  const did = `did:web:localhost%3A${server.port}` as const;
  return { did, calls, stop: server.stop };
}

function documentOf(did: Did, port: number): object {
  const serviceEndpoint = `http://localhost:${port}`;
  return {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: did,
    service: [{ id: '#test_service', type: 'TestService', serviceEndpoint }],
  };
}

function claimsOf(authorization = ''): unknown {
  const [, payload = ''] = authorization.replace(/^Bearer /, '').split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString() || 'null');
}
