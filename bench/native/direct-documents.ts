import { ClientKey, generateClientKey } from '../../src/oauth/client-keys/client-key.ts';
import { listenOnLoopback } from '../../test/network/loopback-server.ts';
import type { Started } from '../../test/network/started.ts';

export const DIRECT_ORIGIN = 'https://direct.bench.internal';
export const DIRECT_CLIENT_ID = `${DIRECT_ORIGIN}/client.json`;
export const DIRECT_REDIRECT_URI = `${DIRECT_ORIGIN}/callback`;

/** A confidential client without a broker: its key, and the addresses of its documents. */
export type DirectDocuments = { key: ClientKey; url: string };

/** Serves the metadata and the JWKS of a client that signs for itself. */
export async function serveDirectDocuments(started: Started): Promise<DirectDocuments> {
  const privateJwk = await generateClientKey();
  const key = new ClientKey(privateJwk as ConstructorParameters<typeof ClientKey>[0]);
  const { kty, crv, x, y, kid, alg } = privateJwk;
  const documents: Record<string, object> = {
    '/jwks.json': { keys: [{ kty, crv, x, y, kid, alg, use: 'sig' }] },
    '/client.json': {
      client_id: DIRECT_CLIENT_ID,
      client_name: 'Direct',
      application_type: 'web',
      redirect_uris: [DIRECT_REDIRECT_URI],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'atproto transition:generic',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      dpop_bound_access_tokens: true,
      jwks_uri: `${DIRECT_ORIGIN}/jwks.json`,
    },
  };
  const server = await started.start(listenOnLoopback);
  server.answerWith((request, response) => {
    const document = documents[request.url ?? ''];
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  return { key, url: `http://127.0.0.1:${server.port}` };
}
