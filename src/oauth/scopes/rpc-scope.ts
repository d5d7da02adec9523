import { RpcPermission } from '@atproto/oauth-scopes';
import { BrokerError } from '../../errors/broker-error.ts';
import { permissionsOf, type RpcCall } from './granted-permissions.ts';

export type { RpcCall };

/**
 * Returns the scope that a call lacks, or undefined if the granted scope allows it or the broker cannot tell. Only the
 * PDS knows the contents of a permission set, or a kind of scope that is newer than this version.
 */
export function missingRpcScope(granted: string, call: RpcCall): string | undefined {
  const permissions = permissionsOf(granted);
  return !permissions.isUnderstood || permissions.mayCall(call) ? undefined : neededRpcScope(call);
}

/**
 * Returns the narrowest scope that allows a call. Its audience is a service of a DID or `*`, and method and audience
 * cannot both be `*` (AT Protocol permission specification, `rpc`).
 */
export function neededRpcScope({ lxm, aud }: RpcCall): string {
  if (aud.includes('#')) return RpcPermission.scopeNeededFor({ lxm, aud });
  return lxm === '*' ? 'transition:generic' : RpcPermission.scopeNeededFor({ lxm, aud: '*' });
}

/** Returns the error for a call that needs a scope which the account has not granted. */
export function scopeMissing(missingScope: string): BrokerError {
  const message = `This call needs the scope ${missingScope}, which the account has not granted. Sign in again and grant it.`;
  return new BrokerError('ScopeMissing', message, { missingScope });
}
