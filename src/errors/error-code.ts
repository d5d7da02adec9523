/** Every stable error code; `http/errors/status-table.ts` gives each its HTTP status. */
export const errorCodes = [
  // The request itself
  'InvalidRequest',
  'NotFound',
  'MethodNotAllowed',
  'PayloadTooLarge',
  'UnsupportedMediaType',
  'MisdirectedRequest',
  'TooManyRequests',
  // Who asks
  'AuthenticationRequired',
  'InvalidToken',
  'ExpiredToken',
  'Forbidden',
  'CrossSiteRequest',
  // Signing in
  'InvalidIdentifier',
  'InvalidReturnTo',
  'AccountNotFound',
  'AccountUnreachable',
  'AccountNotAllowed',
  'AlreadySignedIn',
  'LoginCancelled',
  'LoginRefused',
  'LoginExpired',
  'LoginFromAnotherBrowser',
  'WrongAccount',
  'ScopeExceeded',
  // Sessions and the PDS behind them
  'ReauthorizationRequired',
  'TokenUnavailable',
  'SessionSuspended',
  'ProtectedMethod',
  'ScopeMissing',
  'ServiceTokenRefused',
  'UpstreamUnavailable',
  'UpstreamTimeout',
  // Client keys
  'PublicClient',
  'TooEarly',
  'KeyRetired',
  'LastActiveKey',
  // Instances
  'InstanceRunning',
  // Temp tokens
  'UnknownScope',
  'InvalidResource',
  'InvalidLifetime',
  'TooManyTempTokens',
  // API keys
  'TooManyApiKeys',
  'ApiKeyEnded',
  'ApiKeyChanged',
  'IdempotencyKeyReused',
  // Key requests
  'KeyRequestsOff',
  'TooManyKeyRequests',
  'KeyRequestNotAuthorized',
  'KeyRequestNotPending',
  'KeyRequestEnded',
  'WrongClaimCode',
  // Native apps
  'AppExists',
  'AppChanged',
  'AppActive',
  'InvalidClient',
  'AppPaused',
  'OriginNotAllowed',
  'InvalidIssuer',
  'IssuerUnavailable',
  'InvalidDpopProof',
  'UseDpopNonce',
  'KeyIdRequired',
  'GrantMismatch',
  'RefreshInDoubt',
  // The broker's own trouble
  'SealedRowUnreadable',
  'DatabaseUnavailable',
  'ShuttingDown',
  'InternalError',
] as const;

export type ErrorCode = (typeof errorCodes)[number];
