import { JoseKey } from '@atproto/jwk-jose';
import { OAuthClient, type OAuthClientMetadataInput, type OAuthClientOptions } from '@atproto/oauth-client';
import { type KeyIds, throughLatchkey } from './through-latchkey.ts';

type Own = Pick<OAuthClientOptions, 'stateStore' | 'sessionStore' | 'handleResolver'>;

/**
 * The official library, at an app that is registered with Latchkey. It is told that it is a public client, as it has no
 * key of its own: the document at its client id says otherwise, and so does every request that goes through Latchkey.
 */
export function createClient(
  latchkey: string,
  keyIds: KeyIds,
  app: Pick<OAuthClientMetadataInput, 'client_id' | 'redirect_uris' | 'scope'>,
  own: Own & Partial<OAuthClientOptions>,
): OAuthClient {
  return new OAuthClient({
    clientMetadata: {
      ...app,
      application_type: 'web',
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      dpop_bound_access_tokens: true,
    },
    responseMode: 'query',
    fetch: throughLatchkey(latchkey, keyIds),
    runtimeImplementation: {
      createKey: () => JoseKey.generate(['ES256']),
      getRandomValues: length => crypto.getRandomValues(new Uint8Array(length)),
      digest: async (bytes, { name }) =>
        new Uint8Array(await crypto.subtle.digest(name.replace('sha', 'SHA-'), bytes)),
      requestLock: (_name, work) => Promise.resolve(work()), // One process with one window has no other refresher.
    },
    ...own,
  });
}
