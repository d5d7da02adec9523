import {
  IncludeScope,
  isAtprotoOauthScope,
  RpcPermission,
  ScopePermissionsTransition,
} from '@atproto/oauth-scopes';

/** A method that is called (`*`: any), and the service that it is called of, as `did#service` or a bare DID. */
export type RpcCall = { readonly lxm: string; readonly aud: string };

/**
 * Returns the scope that would allow a call where what was granted surely does not. The PDS decides what nobody else can
 * know: what a permission set holds, or a kind of scope that is newer than this program.
 */
export function missingRpcScope(granted: string, call: RpcCall): string | undefined {
  const parts = granted.split(' ');
  if (!parts.every(isUnderstood) || new ScopePermissionsTransition(parts).allowsRpc(call)) return undefined;
  return neededRpcScope(call);
}

function isUnderstood(part: string): boolean {
  return isAtprotoOauthScope(part) && IncludeScope.fromString(part) === null;
}

/**
 * Returns the scope that allows a call, and as little else as a scope can: one names a service of a DID or `*`, and not `*`
 * for both (AT Protocol permission specification, `rpc`).
 */
export function neededRpcScope({ lxm, aud }: RpcCall): string {
  if (aud.includes('#')) return RpcPermission.scopeNeededFor({ lxm, aud });
  return lxm === '*' ? 'transition:generic' : RpcPermission.scopeNeededFor({ lxm, aud: '*' });
}
