import type { ErrorCode } from '../../errors/error-code.ts';

const TEXTS: Partial<Record<ErrorCode, string>> = {
  InvalidIdentifier:
    'That is not a handle, a DID or the address of a server. A handle has a dot in it, like alice.example.com.',
  InvalidRequest:
    'Something that was filled in cannot be used. A name has 1 to 64 letters, digits or other signs that can be seen.',
  InvalidReturnTo: 'The page that sent you here asked to go on to a place that is not allowed.',
  AccountNotFound: 'There is no account with that handle. Check how it is written, and try again.',
  AccountUnreachable:
    'The server of that account does not answer at the moment, or does not let people sign in elsewhere. Please try again in a while.',
  AccountNotAllowed: 'That account is not among those that may sign in here. Nothing was kept.',
  AuthenticationRequired: 'You are not signed in any more.',
  AlreadySignedIn: 'This browser is signed in already.',
  ReauthorizationRequired: 'Your server has ended this permission. Please sign in again.',
  TooManyRequests: 'That was a little too often. Please wait a minute and try again.',
  LoginCancelled: 'You did not give permission, so nothing has changed.',
  LoginRefused: 'The server did not complete the login. Please try again.',
  LoginExpired: 'That login is over: it took too long, or was used already. Please begin again.',
  LoginFromAnotherBrowser: 'That login was begun in another browser. Please begin again here.',
  WrongAccount: 'You authorized another account than the one that was asked for. Nothing was changed.',
  ScopeExceeded: 'More was granted than was asked for, so it was given back. Nothing was changed.',
  NotFound: 'We could not find that. It may be over, or belong to another account.',
  KeyRequestNotPending: 'You gave permission for this key already.',
  KeyRequestNotAuthorized: 'You have not given permission for this key yet.',
  KeyRequestsOff: 'Whoever runs this service does not let keys be made here.',
  TooManyKeyRequests:
    'Too many requests for keys wait for an answer at the moment. Please try again in a while.',
  WrongClaimCode: 'That is not the code of this key. Please make a new one.',
  KeyRequestEnded: 'This request for a key is over. Nothing was changed.',
  ApiKeyEnded: 'This key is over, and cannot be changed any more.',
  ApiKeyChanged:
    'This key was replaced or revoked already, perhaps by this very page. Look at it before you try again.',
  TooManyApiKeys: 'This account has as many keys as it may have here. Revoke one, and begin again.',
  CrossSiteRequest: 'Another site tried to sign you in. Sign in here if you want to.',
  UpstreamUnavailable: 'The server of that account does not answer. Please try again in a while.',
  UpstreamTimeout: 'The server of that account did not answer in time. Please try again in a while.',
  DatabaseUnavailable: 'Latchkey cannot reach its database at the moment. Please try again in a while.',
};

const OTHERWISE = 'Something went wrong. Please try again.';

/** Says in plain words what an error code means for a person at one of the pages. */
export function problemText(code: string): string {
  return Object.hasOwn(TEXTS, code) ? (TEXTS[code as ErrorCode] ?? OTHERWISE) : OTHERWISE;
}

/** Whether the person can mend it by writing something else into the field. */
export function isAboutIdentifier(code: string): boolean {
  return code === 'InvalidIdentifier' || code === 'AccountNotFound' || code === 'AccountUnreachable';
}
