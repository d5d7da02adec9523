import type { TempTokenScope } from '../temp-tokens/temp-token-scope.ts';
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
