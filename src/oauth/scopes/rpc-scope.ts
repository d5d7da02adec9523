import { RpcPermission } from '@atproto/oauth-scopes';
import { BrokerError } from '../../errors/broker-error.ts';
import { permissionsOf, type RpcCall } from './granted-permissions.ts';

export type { RpcCall };

/**
 * Returns the scope that would allow a call where what was granted surely does not. The PDS decides what nobody else can
 * know: what a permission set holds, or a kind of scope that is newer than this program.
 */
export function missingRpcScope(granted: string, call: RpcCall): string | undefined {
  const permissions = permissionsOf(granted);
  return !permissions.isUnderstood || permissions.mayCall(call) ? undefined : neededRpcScope(call);
}

/**
 * Returns the scope that allows a call, and as little else as a scope can: one names a service of a DID or `*`, and not `*`
 * for both (AT Protocol permission specification, `rpc`).
 */
export function neededRpcScope({ lxm, aud }: RpcCall): string {
  if (aud.includes('#')) return RpcPermission.scopeNeededFor({ lxm, aud });
  return lxm === '*' ? 'transition:generic' : RpcPermission.scopeNeededFor({ lxm, aud: '*' });
}

/** Says which scope something takes that was not granted. */
export function scopeMissing(missingScope: string): BrokerError {
  const message = `The account has not granted ${missingScope}, which this takes.`;
  return new BrokerError('ScopeMissing', message, { missingScope });
}
