import type { MethodNames } from './method-names.ts';

/**
 * The methods of the installed lexicons that take an account over, lock its owner out, replace its whole repository, mint
 * credentials that live on outside, or administer a server.
 */
export const refusedMethods: MethodNames = {
  'chat.bsky.actor': ['deleteAccount'],
  'com.atproto.admin': [
    'deleteAccount',
    'disableAccountInvites',
    'disableInviteCodes',
    'enableAccountInvites',
    'getAccountInfo',
    'getAccountInfos',
    'getInviteCodes',
    'getSubjectStatus',
    'searchAccounts',
    'sendEmail',
    'updateAccountEmail',
    'updateAccountHandle',
    'updateAccountPassword',
    'updateAccountSigningKey',
    'updateSubjectStatus',
  ],
  'com.atproto.identity': [
    'requestPlcOperationSignature',
    'signPlcOperation',
    'submitPlcOperation',
    'updateHandle',
  ],
  'com.atproto.repo': ['importRepo'],
  'com.atproto.server': [
    'activateAccount',
    'confirmEmail',
    'createAccount',
    'createAppPassword',
    'createInviteCode',
    'createInviteCodes',
    'createSession',
    'deactivateAccount',
    'deleteAccount',
    'deleteSession',
    'getAccountInviteCodes',
    'getServiceAuth',
    'listAppPasswords',
    'refreshSession',
    'requestAccountDelete',
    'requestEmailConfirmation',
    'requestEmailUpdate',
    'requestPasswordReset',
    'reserveSigningKey',
    'resetPassword',
    'revokeAppPassword',
    'updateEmail',
  ],
  'com.atproto.temp': [
    'addReservedHandle',
    'checkSignupQueue',
    'requestPhoneVerification',
    'revokeAccountCredentials',
  ],
};
