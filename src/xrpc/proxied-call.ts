import { isAtprotoDidRefAbsolute } from '@atproto/oauth-scopes';
import { missingRpcScope, scopeMissing } from '../oauth/scopes/rpc-scope.ts';

/**
 * Methods that a PDS may answer itself despite `atproto-proxy`, or that name their service in the body. In lower case, as
 * a PDS's router compares.
 */
const OF_THE_PDS = /^com\.atproto\.|^app\.bsky\.notification\.(un)?registerpush$/;

/**
 * Requires the scope for a call that `atproto-proxy: did#service` sends to a service. Passes every call that the method
 * and the service alone do not decide, such as one with a malformed service: the PDS decides those.
 *
 * @throws BrokerError `ScopeMissing`
 */
export function requireProxyScope(nsid: string, proxyTo: string | undefined, granted: string): void {
  if (proxyTo === undefined || !isAtprotoDidRefAbsolute(proxyTo)) return;
  if (OF_THE_PDS.test(nsid.toLowerCase())) return;
  const missing = missingRpcScope(granted, { lxm: nsid, aud: proxyTo });
  if (missing !== undefined) throw scopeMissing(missing);
}
