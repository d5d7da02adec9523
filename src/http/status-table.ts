import type { ErrorCode } from '../errors/error-code.ts';

/** The HTTP status of each error code (RFC 9110 section 15). */
export const statusTable: Readonly<Record<ErrorCode, number>> = {
  InvalidRequest: 400,
  NotFound: 404,
  MethodNotAllowed: 405,
  PayloadTooLarge: 413,
  UnsupportedMediaType: 415,
  MisdirectedRequest: 421,
  TooManyRequests: 429,

  AuthenticationRequired: 401,
  InvalidToken: 401,
  Forbidden: 403,
  CrossSiteRequest: 403,

  InvalidIdentifier: 400,
  InvalidReturnTo: 400,
  AccountUnreachable: 502,
  AccountNotAllowed: 403,
  AlreadySignedIn: 409,
  LoginCancelled: 400,
  LoginRefused: 400,
  LoginExpired: 400,
  LoginFromAnotherBrowser: 403,
  WrongAccount: 403,
  ScopeExceeded: 403,

  ReauthorizationRequired: 401,
  TokenUnavailable: 503,
  ProtectedMethod: 403,
  ScopeMissing: 403,
  ServiceTokenRefused: 403,
  UpstreamUnavailable: 502,
  UpstreamTimeout: 504,

  PublicClient: 409,
  TooEarly: 409,
  KeyRetired: 409,
  LastActiveKey: 409,

  UnknownScope: 400,
  InvalidResource: 400,
  InvalidLifetime: 400,
  TooManyTempTokens: 409,
  TooManyApiKeys: 409,
  ApiKeyEnded: 409,
  ApiKeyChanged: 409,

  KeyRequestsOff: 403,
  TooManyKeyRequests: 429,
  KeyRequestNotAuthorized: 409,
  KeyRequestNotPending: 409,
  KeyRequestEnded: 410,
  WrongClaimCode: 403,

  SealedRowUnreadable: 503,
  DatabaseUnavailable: 503,
  ShuttingDown: 503,
  InternalError: 500,
};
