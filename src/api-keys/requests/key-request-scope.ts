import type { KeyRequestId } from '../../database/tables/id.ts';
import type { CredentialUse } from '../../access/credential-use.ts';
import type { TempTokenScope } from '../../temp-tokens/temp-token-scope.ts';
import { KEY_REQUEST_SECONDS } from './key-request.ts';

/** What the temp token of a key request opens: to wait for its owner, and to claim the key. */
export const KEY_REQUEST_SCOPE: TempTokenScope = {
  name: 'key-request',
  routes: [
    { method: 'GET', path: '/api/key-requests/:id' },
    { method: 'POST', path: '/api/key-requests/:id/claim' },
  ],
  resource: 'id',
  longestSeconds: KEY_REQUEST_SECONDS,
  singleUse: false,
};

/** The request that claims a key: what its temp token is good for, wherever it was kept. */
export function claimUseOf(id: KeyRequestId, basePath: string): Omit<CredentialUse, 'from'> {
  const route = `${basePath}/api/key-requests/:id/claim`;
  return { method: 'POST', route, path: route.replace(':id', id), params: { id } };
}
