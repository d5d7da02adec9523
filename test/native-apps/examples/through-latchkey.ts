/** Where the app remembers the key of each session, by its newest tokens: beside these, in the same safe place. */
export type KeyIds = {
  get(token: string): Promise<string | undefined>;
  set(token: string, keyId: string): Promise<void>;
};

const METADATA_PATH = '/.well-known/oauth-authorization-server';

/**
 * Returns a `fetch` for an OAuth library that sends what is posted to an authorization server through Latchkey, and
 * everything else where it goes.
 */
export function throughLatchkey(latchkey: string, keyIds: KeyIds): typeof fetch {
  const endpoints = new Map<string, { issuer: string; path: string }>();

  const learn = async (response: Response): Promise<void> => {
    const metadata = (await response.json()) as Record<string, string>;
    const issuer = metadata.issuer ?? '';
    endpoints.set(metadata.pushed_authorization_request_endpoint ?? '', { issuer, path: '/native/par' });
    endpoints.set(metadata.token_endpoint ?? '', { issuer, path: '/native/token' });
    endpoints.set(metadata.revocation_endpoint ?? '', { issuer, path: '/native/revoke' });
  };

  return async (input, init) => {
    const request = new Request(input, init);
    const endpoint = request.method === 'POST' ? endpoints.get(request.url) : undefined;
    if (!endpoint) {
      const response = await fetch(request);
      if (response.ok && request.url.endsWith(METADATA_PATH)) await learn(response.clone());
      return response;
    }
    const form = new URLSearchParams(await request.text());
    form.set('issuer', endpoint.issuer);
    const keyId = await keyIds.get(form.get('refresh_token') ?? form.get('token') ?? '');
    if (keyId !== undefined) form.set('key_id', keyId);
    const dpop = request.headers.get('dpop');
    const headers = new Headers(dpop === null ? {} : { dpop });
    const response = await fetch(latchkey + endpoint.path, { method: 'POST', headers, body: form });
    const usedKeyId = response.headers.get('latchkey-key-id');
    if (response.ok && usedKeyId !== null && endpoint.path === '/native/token') {
      const tokens = (await response.clone().json()) as { access_token: string; refresh_token: string };
      await keyIds.set(tokens.refresh_token, usedKeyId);
      await keyIds.set(tokens.access_token, usedKeyId);
    }
    return response;
  };
}
