import type { ErrorCode } from './error-code.ts';

/** What an error means for its reader, and what the reader does next. */
export type ErrorHelp = { readonly meaning: string; readonly action: string };

const askOperator = 'Ask the operator of the broker.';
const later = 'Wait for `Retry-After`, then send it again.';
const signInAgain = 'Begin again at the sign-in page.';
const readMessage = 'The message names the field. Correct it.';

/** The help on each error code. `docs/reference/errors.md` and the OpenAPI description are made from it. */
export const errorHelp: Readonly<Record<ErrorCode, ErrorHelp>> = {
  InvalidRequest: { meaning: 'A field, query or body is missing or wrong.', action: readMessage },
  NotFound: {
    meaning: 'No route has this path, or no row has this id for this caller.',
    action: 'Check path and id. With `LATCHKEY_BASE_PATH` every path begins with it.',
  },
  MethodNotAllowed: { meaning: 'The path exists with other methods.', action: 'Use a method of `Allow`.' },
  RequestTimeout: {
    meaning: 'The body of the request stopped arriving.',
    action: 'Send it again over a better connection.',
  },
  PayloadTooLarge: {
    meaning: 'The body is larger than this route accepts.',
    action: 'Send less. The operator sets `LATCHKEY_UPLOAD_LIMIT` for calls of a PDS.',
  },
  UnsupportedMediaType: {
    meaning: 'The route does not read this `Content-Type`.',
    action: 'Send JSON, or a form where the route takes one.',
  },
  MisdirectedRequest: {
    meaning: "The `Host` is not the broker's.",
    action: 'Use the public address. The operator checks `LATCHKEY_PUBLIC_URL` and what the proxy passes on.',
  },
  TooManyRequests: {
    meaning: "A limit of the broker, or of the account's server, is reached.",
    action: later,
  },

  AuthenticationRequired: {
    meaning: 'The request has no credential, or `createSession` got a wrong one.',
    action: 'Sign in, or send the key as `Authorization: Bearer`.',
  },
  InvalidToken: {
    meaning: 'The credential is unknown, malformed, expired or revoked.',
    action: 'Discard it. Sign in again, or create a new key.',
  },
  ExpiredToken: {
    meaning: 'A token of a password session expired. Its status is 400, as a PDS answers.',
    action: 'Renew it with `com.atproto.server.refreshSession`. SDKs do so by themselves.',
  },
  Forbidden: {
    meaning: 'This kind of credential, or this address, may not call the route.',
    action: 'The message says who may.',
  },
  CrossSiteRequest: {
    meaning: 'A request with a cookie came from another site, or does not say from where.',
    action:
      "Call from the broker's own origin or one of `LATCHKEY_ALLOWED_ORIGINS`. A program sends `X-Latchkey-CSRF: 1`.",
  },

  InvalidIdentifier: {
    meaning: 'The identifier is no handle, DID or address of a server.',
    action: 'Enter a handle such as `alice.bsky.social`.',
  },
  InvalidReturnTo: {
    meaning: "`return_to` leads to an origin that is neither the broker's nor allowed.",
    action: 'Use a path, or have the operator add the origin to `LATCHKEY_ALLOWED_ORIGINS`.',
  },
  AccountNotFound: { meaning: 'No account has this handle or DID.', action: 'Check the spelling.' },
  AccountUnreachable: {
    meaning: "The account's DID document or server cannot be read, or is wrong.",
    action: 'Try again later. The message says what is wrong.',
  },
  AccountNotAllowed: { meaning: '`LATCHKEY_ALLOWED_DIDS` does not list the account.', action: askOperator },
  AlreadySignedIn: {
    meaning: 'The browser is signed in to another account.',
    action: 'Send `replace=yes`, or sign out first.',
  },
  LoginCancelled: { meaning: 'The person cancelled at their server.', action: signInAgain },
  LoginRefused: {
    meaning: "The account's server refused the sign-in, or its answer belongs to none.",
    action: signInAgain,
  },
  ScopeRefused: {
    meaning: "The account's server does not grant one of the requested permissions.",
    action: 'The operator checks `LATCHKEY_SCOPE` and `LATCHKEY_KEY_SCOPE`.',
  },
  ClientRefused: {
    meaning: "The account's server does not accept this broker as a client.",
    action: 'The operator checks that the server can read the client metadata at the public address.',
  },
  LoginUnsupported: {
    meaning: "The account's server lacks a part of OAuth that AT Protocol requires.",
    action: "Ask the operator of the account's server.",
  },
  LoginExpired: { meaning: 'The sign-in took too long, or was finished already.', action: signInAgain },
  LoginFromAnotherBrowser: {
    meaning: 'The sign-in began in another browser.',
    action: 'Begin and end it in the same one.',
  },
  WrongAccount: {
    meaning: 'Another account was authorized than the one that was asked for.',
    action: 'Begin again with the account that the message names.',
  },
  ScopeExceeded: {
    meaning: "The account's server granted more than was requested. Nothing was kept.",
    action: "Tell the operator of the account's server.",
  },

  ReauthorizationRequired: {
    meaning: "The account's server ended the session. The key or cookie itself is good.",
    action: 'Keep the key. Its owner opens `reconnectUrl`, and it works again.',
  },
  TokenUnavailable: {
    meaning: 'The session has no usable token at this moment. It is not lost.',
    action: later,
  },
  SessionSuspended: {
    meaning: 'The answer to the last refresh got lost. The session returns if the answer arrives.',
    action: 'Wait for up to a day, or sign in again.',
  },
  ProtectedMethod: {
    meaning: 'The method concerns the account itself. Latchkey passes no such call on.',
    action: "Do it at the account's own server.",
  },
  ScopeMissing: {
    meaning: 'The session lacks the permission in `scope`.',
    action: 'Have the owner add it (`reconsentUrl` of `/api/me`), or create a key that has it.',
  },
  ServiceTokenRefused: {
    meaning: "The account's server refused to mint the token.",
    action: 'The message has its reason.',
  },
  UpstreamUnavailable: { meaning: "The account's server cannot be reached.", action: later },
  UpstreamTimeout: { meaning: "The account's server did not answer in time.", action: later },

  PublicClient: {
    meaning: 'Without an https address the broker is a public client, which has no keys.',
    action: 'Set `LATCHKEY_PUBLIC_URL` to an https URL.',
  },
  TooEarly: {
    meaning: 'Issuers may not have read this client key yet.',
    action: 'Activate it at the time in the message, or later.',
  },
  KeyRetired: { meaning: 'A retired client key cannot be activated.', action: 'Publish a new one.' },
  LastActiveKey: {
    meaning: 'The only active client key cannot be retired.',
    action: 'Activate another one first.',
  },

  InstanceRunning: {
    meaning: 'The instance still beats, so its spool is not given up.',
    action: 'Stop it, and wait for 90 seconds.',
  },

  UnknownScope: {
    meaning: 'No scope of temp tokens has this name.',
    action: '`GET /api/temp-tokens/scopes` lists them.',
  },
  InvalidResource: { meaning: 'The resource cannot stand in a path.', action: readMessage },
  InvalidLifetime: {
    meaning: 'The lifetime is longer than the scope allows.',
    action: 'The message has the limit.',
  },
  TooManyTempTokens: {
    meaning: 'The resource has as many live temp tokens as `LATCHKEY_TEMP_TOKENS_PER_RESOURCE` allows.',
    action: 'Delete one, or wait until one expires.',
  },

  TooManyApiKeys: {
    meaning: 'The account has as many live keys as `LATCHKEY_KEYS_PER_ACCOUNT` allows.',
    action: 'Revoke one that is no longer needed.',
  },
  ApiKeyEnded: { meaning: 'The key is revoked or expired.', action: 'Create a new one.' },
  ApiKeyChanged: {
    meaning: 'The key was rotated or revoked at the same moment.',
    action: 'Read its state before trying again.',
  },
  IdempotencyKeyReused: {
    meaning: 'The `Idempotency-Key` was used for another request within five minutes.',
    action: 'Send a new one.',
  },

  KeyRequestsOff: { meaning: '`LATCHKEY_KEY_REQUESTS` is `off`.', action: askOperator },
  TooManyKeyRequests: { meaning: 'Too many key requests are pending.', action: later },
  KeyRequestNotAuthorized: {
    meaning: 'The owner has not authorized the request yet.',
    action: 'Poll the request until its status is `authorized`.',
  },
  KeyRequestNotPending: {
    meaning: 'The owner authorized the request already.',
    action: 'Claim the key with its code.',
  },
  KeyRequestEnded: {
    meaning: 'The request expired, was denied or was claimed.',
    action: 'Request a new key.',
  },
  WrongClaimCode: {
    meaning: 'The code is not that of the request. The fifth wrong one ends the request.',
    action: 'Check the code on the page of the owner.',
  },

  AppExists: {
    meaning: 'A native app with this name or client id is registered.',
    action: 'Choose another name.',
  },
  AppChanged: {
    meaning: 'The native app was changed at the same time.',
    action: 'Read it again, then repeat the change.',
  },
  AppActive: {
    meaning: 'An active native app cannot be removed: its sessions would end.',
    action: 'Pause it first.',
  },
  InvalidClient: {
    meaning: 'No native app has this client id, or the attestation of the request is wrong.',
    action: 'Check `client_id`. The operator registers apps.',
  },
  AppPaused: { meaning: 'The operator paused the native app. Its sessions stay.', action: later },
  OriginNotAllowed: {
    meaning: 'Pages of this origin may not call for the native app.',
    action: 'The operator registers the origin.',
  },
  InvalidIssuer: {
    meaning: '`issuer` is no authorization server, or describes itself wrongly.',
    action: 'Check `issuer`.',
  },
  IssuerUnavailable: {
    meaning: 'The issuer cannot be reached. No refresh token was sent.',
    action: later,
  },
  InvalidDpopProof: {
    meaning: 'The DPoP proof is not valid for this request.',
    action: 'Sign a new proof. The message says what is wrong.',
  },
  UseDpopNonce: {
    meaning: 'The proof needs the nonce in the `DPoP-Nonce` header (RFC 9449 section 8).',
    action: 'Sign a new proof with it, and send the request again.',
  },
  KeyIdRequired: {
    meaning: 'The broker does not know this refresh token, so it cannot tell which key began the session.',
    action: 'Send the `key_id` that came with the tokens.',
  },
  GrantMismatch: {
    meaning: 'The refresh token belongs to another app, DPoP key or client key.',
    action: 'Use it with what it was issued to.',
  },
  RefreshInDoubt: {
    meaning: 'The answer to this refresh got lost, and may still arrive.',
    action: 'Wait for `Retry-After`, then send the same refresh token again.',
  },

  SealedRowUnreadable: {
    meaning: 'A stored record cannot be opened. Nothing is lost by the call.',
    action: 'The operator checks `LATCHKEY_ENCRYPTION_KEYS`.',
  },
  DatabaseUnavailable: { meaning: 'The database does not answer.', action: later },
  ShuttingDown: { meaning: 'This process ends.', action: later },
  InternalError: {
    meaning: 'The broker has a fault.',
    action: 'Report it with the line of the log.',
  },
};
