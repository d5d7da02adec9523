import { isAtprotoDidRefAbsolute } from '@atproto/oauth-scopes';
import { missingRpcScope } from '../oauth/scopes/rpc-scope.ts';

/**
 * Methods that a PDS may answer itself whatever `atproto-proxy` says, or whose service stands in their bodies. Lower-case,
 * as its router compares.
 */
const OF_THE_PDS = /^com\.atproto\.|^app\.bsky\.notification\.(un)?registerpush$/;

/**
 * Returns the scope that a call lacks which its caller has proxied to a service (`atproto-proxy: did#service`). Only where
 * method and service alone decide it: what names no service, or none that can be one, the PDS judges.
 */
export function missingScopeOf(
  nsid: string,
  proxyTo: string | undefined,
  granted: string,
): string | undefined {
  if (proxyTo === undefined || !isAtprotoDidRefAbsolute(proxyTo)) return undefined;
  if (OF_THE_PDS.test(nsid.toLowerCase())) return undefined;
  return missingRpcScope(granted, { lxm: nsid, aud: proxyTo });
}
