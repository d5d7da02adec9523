/**
 * Methods that a broker must not pass on: whoever holds a session here may act for the account, but never take it
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

/** Whether a method is refused, in whatever case it is written. */
export function isProtectedMethod(nsid: string): boolean {
  return PROTECTED.includes(nsid.toLowerCase());
}
