import { RpcPermission } from '@atproto/oauth-scopes';
import { permissionsOf, type RpcCall } from './granted-permissions.ts';

export type { RpcCall };

/**
 * Returns the scope that would allow a call where what was granted surely does not. The PDS decides what nobody else can
 * know: what a permission set holds, or a kind of scope that is newer than this program.
 */
export function missingRpcScope(granted: string, call: RpcCall): string | undefined {
  const permissions = permissionsOf(granted);
  return !permissions.isUnderstood || permissions.mayCall(call) ? undefined : neededFor(call);
}

/** A scope names a service of a DID or `*`, and not `*` for both (AT Protocol permission specification, `rpc`). */
function neededFor({ lxm, aud }: RpcCall): string {
  if (aud.includes('#')) return RpcPermission.scopeNeededFor({ lxm, aud });
  return lxm === '*' ? 'transition:generic' : RpcPermission.scopeNeededFor({ lxm, aud: '*' });
}
