import { BrokerError } from '../../errors/broker-error.ts';

/** The method by which a PDS mints service tokens. In lower case, as a PDS's router compares. */
const SERVICE_AUTH = 'com.atproto.server.getserviceauth';

/**
 * Methods that take the account over, lock its owner out, or mint credentials that live on outside. In lower case.
 *
 * The broker forwards none of them, and mints no service token whose `lxm` names one. The exception is a call of
 * `getServiceAuth`: `XrpcService` forwards it under the same rules as the broker's own service tokens. A service token
 * with `lxm=getServiceAuth` would let its holder mint further tokens without these rules, so it stays refused.
 */
const PROTECTED: readonly string[] = [
  'com.atproto.identity.requestplcoperationsignature',
  'com.atproto.identity.signplcoperation',
  'com.atproto.identity.submitplcoperation',
  'com.atproto.server.activateaccount',
  'com.atproto.server.confirmemail',
  'com.atproto.server.createaccount',
  'com.atproto.server.createapppassword',
  'com.atproto.server.createsession',
  'com.atproto.server.deactivateaccount',
  'com.atproto.server.deleteaccount',
  'com.atproto.server.deletesession',
  SERVICE_AUTH,
  'com.atproto.server.listapppasswords',
  'com.atproto.server.refreshsession',
  'com.atproto.server.requestaccountdelete',
  'com.atproto.server.requestemailconfirmation',
  'com.atproto.server.requestemailupdate',
  'com.atproto.server.requestpasswordreset',
  'com.atproto.server.resetpassword',
  'com.atproto.server.revokeapppassword',
  'com.atproto.server.updateemail',
];

/** Returns whether a method is `getServiceAuth`, in any case. */
export function isServiceAuth(nsid: string): boolean {
  return nsid.toLowerCase() === SERVICE_AUTH;
}

/**
 * Refuses a protected method, in any case.
 *
 * @throws BrokerError `ProtectedMethod`
 */
export function refuseProtectedMethod(nsid: string): void {
  if (!PROTECTED.includes(nsid.toLowerCase())) return;
  throw new BrokerError(
    'ProtectedMethod',
    `${nsid} changes or signs in to the account itself. Call it at the account's own server.`,
  );
}
