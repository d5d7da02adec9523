import { BrokerError } from '../../errors/broker-error.ts';
import { lowerCaseNsids } from './method-names.ts';
import { passingMethods } from './passing-methods.ts';
import { refusedMethods } from './refused-methods.ts';

/** The method by which a PDS mints service tokens. In lower case, as a PDS's router compares. */
const SERVICE_AUTH = 'com.atproto.server.getserviceauth';

const PASSING = lowerCaseNsids(passingMethods);
const REFUSED = lowerCaseNsids(refusedMethods);

/** Methods that tell a service too much about the account, so a service token may not name them. */
const CALLS_ONLY: ReadonlySet<string> = new Set(['com.atproto.server.getsession']);

/**
 * The namespaces in which a method passes only if it is known to: a newer one may administer the account. Those of
 * repositories, their synchronization and their labels hold data.
 */
const PROTECTED_NAMESPACE = /^com\.atproto\.(?!(?:label|lexicon|moderation|repo|sync)\.)/;

/** Returns whether a method is `getServiceAuth`, in any case. */
export function isServiceAuth(nsid: string): boolean {
  return nsid.toLowerCase() === SERVICE_AUTH;
}

/**
 * Refuses to forward a protected method, in any case.
 *
 * `getServiceAuth` is protected too. `XrpcService` forwards it under the rules of the broker's own service tokens.
 *
 * @throws BrokerError `ProtectedMethod`
 */
export function refuseProtectedMethod(nsid: string): void {
  const method = nsid.toLowerCase();
  if (REFUSED.has(method))
    throw protectedMethod(nsid, 'changes or signs in to the account itself, or administers its server');
  if (PROTECTED_NAMESPACE.test(method) && !PASSING.has(method))
    throw protectedMethod(nsid, 'is not known to this broker, and may change the account itself');
}

/**
 * Refuses a service token for a protected method, in any case.
 *
 * With a token for `getServiceAuth`, its holder could mint further tokens without the broker's rules.
 *
 * @throws BrokerError `ProtectedMethod`
 */
export function refuseProtectedTokenMethod(lxm: string): void {
  refuseProtectedMethod(lxm);
  if (CALLS_ONLY.has(lxm.toLowerCase()))
    throw protectedMethod(lxm, 'concerns the account itself, so no service may call it');
}

function protectedMethod(nsid: string, reason: string): BrokerError {
  return new BrokerError('ProtectedMethod', `${nsid} ${reason}. Call it at the account's own server.`);
}
