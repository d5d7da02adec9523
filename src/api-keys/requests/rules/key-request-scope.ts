import type { KeyRequestId } from '../../../database/tables/id.ts';
import type { CredentialUse } from '../../../access/credential-use.ts';
import type { TempTokenScope } from '../../../temp-tokens/temp-token-scope.ts';
import { KEY_REQUEST_SECONDS } from './key-request.ts';

/** The scope of a key request's temp token: to wait for the owner, and to claim the key. */
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

/** Returns the use of a temp token that claims a key, as the API's route would report it. */
export function claimUseOf(id: KeyRequestId, basePath: string): Omit<CredentialUse, 'from'> {
  const route = `${basePath}/api/key-requests/:id/claim`;
  return { method: 'POST', route, path: route.replace(':id', id), params: { id } };
}
