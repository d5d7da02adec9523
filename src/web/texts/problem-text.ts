import type { ErrorCode } from '../../errors/error-code.ts';

const TEXTS: Partial<Record<ErrorCode, string>> = {
  InvalidIdentifier:
    'That isn’t a handle, a DID or a server’s address. Enter a handle with a dot in it, such as alice.bsky.social.',
  InvalidRequest:
    'Something you entered can’t be used. A name needs 1 to 64 visible characters, such as “Weather bot”.',
  InvalidReturnTo:
    'The link that brought you here leads on to a place that isn’t allowed. Start again from the app that sent you.',
  AccountNotFound: 'There is no account with that handle. Check the spelling, and try again.',
  AccountUnreachable:
    'That account’s server doesn’t answer, or its handle can’t be looked up right now. Check the spelling, or try again in a few minutes.',
  IssuerUnavailable: 'That account’s server can’t sign anyone in right now. Try again in a few minutes.',
  ScopeRefused:
    'Your server doesn’t know a permission that was asked for, so it refused. Trying again won’t help. Tell the program that asked, or the operator of this service.',
  ClientRefused:
    'Your server doesn’t accept this service. Trying again won’t help. Only the operator of this service can change that.',
  LoginUnsupported:
    'That account’s server doesn’t let people sign in elsewhere. Ask the people who run that server, or use an account on another one.',
  AccountNotAllowed:
    'That account isn’t among those that may sign in here. Nothing was stored. Ask the operator of this service, or use another account.',
  AuthenticationRequired: 'You’re no longer signed in. Sign in again to go on.',
  AlreadySignedIn: 'This browser is already signed in. You can switch to another account below.',
  ReauthorizationRequired: 'Your server has ended this permission. Sign in again to renew it.',
  SessionSuspended:
    'We couldn’t renew your sign-in: the answer from your server got lost. If it still turns up, you’re signed in again by itself. You can wait, or sign in again now.',
  TokenUnavailable:
    'Your sign-in is paused: we lost the newest part of our records of it, and are looking for it. You don’t have to do anything. Try again in a few minutes.',
  TooManyRequests: 'That was too often. Wait a minute, and try again.',
  LoginCancelled: 'You didn’t give permission, so nothing has changed. You can try again at any time.',
  LoginRefused:
    'Your server refused the sign-in. Try again. If it refuses again, ask the people who run that server.',
  LoginExpired: 'That sign-in took too long, or was already used. Start again.',
  LoginFromAnotherBrowser: 'That sign-in was started in another browser. Start again here.',
  WrongAccount:
    'You signed in with another account than the one that was asked for, so nothing has changed. Try again with the right one.',
  ScopeExceeded:
    'Your server granted more than was asked for, so it was given back. Nothing has changed. If this happens again, tell the operator of this service.',
  NotFound: 'We couldn’t find that. It may have expired, or belong to another account.',
  KeyRequestNotPending: 'You’ve already given permission for this key. There’s nothing more to do here.',
  KeyRequestNotAuthorized: 'You haven’t given permission for this key yet. Approve it first.',
  KeyRequestsOff: 'You can’t make keys here: the operator of this service has turned them off.',
  TooManyKeyRequests:
    'Too many requests for keys are waiting for an answer. Answer them, or try again in a few minutes.',
  WrongClaimCode: 'That isn’t the code for this key. Make a new key.',
  KeyRequestEnded:
    'This request for a key has ended, so nothing was changed. Make a new key if you still need one.',
  ApiKeyEnded:
    'This key has expired or was revoked, so it can’t be changed. Make a new key if you still need one.',
  ApiKeyChanged:
    'This key was already replaced or revoked, perhaps by this very page. Check it before you try again.',
  TooManyApiKeys: 'This account has as many keys as it may have here. Revoke one, and try again.',
  CrossSiteRequest: 'Another site tried to sign you in. Sign in here if you want to.',
  UpstreamUnavailable: 'That account’s server doesn’t answer. Try again in a few minutes.',
  UpstreamTimeout: 'That account’s server took too long to answer. Try again in a few minutes.',
  DatabaseUnavailable:
    'This service can’t reach its database, so it can’t do that right now. Try again in a few minutes.',
};

const OTHERWISE = 'Something went wrong. Try again. If it happens again, tell the operator of this service.';

/** Explains an error code to a reader of the pages: what happened, and what to do next. */
export function problemText(code: string): string {
  return Object.hasOwn(TEXTS, code) ? (TEXTS[code as ErrorCode] ?? OTHERWISE) : OTHERWISE;
}

const ABOUT_IDENTIFIERS: readonly ErrorCode[] = [
  'InvalidIdentifier',
  'AccountNotFound',
  'AccountUnreachable',
  'LoginUnsupported',
];

/** Returns whether another identifier may solve the problem. */
export function isAboutIdentifier(code: string): boolean {
  const codes: readonly string[] = ABOUT_IDENTIFIERS;
  return codes.includes(code);
}
