import { BrokerError } from '../../errors/broker-error.ts';

/**
 * Methods that a broker must not pass on, nor give a service token for: whoever holds a session here may act for the account, but never take it
 * over, lock its owner out, or mint credentials that live on outside. Lower-case, as a PDS's router compares.
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
  'com.atproto.server.getserviceauth',
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

/**
 * Refuses a method, in whatever case it is written.
 *
 * @throws BrokerError `ProtectedMethod`
 */
export function refuseProtectedMethod(nsid: string): void {
  if (!PROTECTED.includes(nsid.toLowerCase())) return;
  throw new BrokerError(
    'ProtectedMethod',
    `${nsid} concerns the account itself; do it at the account's own server.`,
  );
}
