import type { CredentialName } from './credentials.ts';

/** The guard's verdict on a credential, or `answers` if the route itself responds. */
export type Outcome =
  | 'answers'
  | 'AuthenticationRequired'
  | 'InvalidToken'
  | 'Forbidden'
  | 'CrossSiteRequest'
  | 'SessionSuspended';

/** The outcome of each credential at a kind of route. */
type Reception = Readonly<Record<CredentialName, Outcome>>;

const unknownTokens = {
  'unknown API key': 'InvalidToken',
  'malformed API key': 'InvalidToken',
  'expired API key': 'InvalidToken',
  'revoked API key': 'InvalidToken',
  'wrong admin token': 'InvalidToken',
  'unknown temp token': 'InvalidToken',
  'temp token of a scope that is no more': 'InvalidToken',
  'another scheme': 'InvalidToken',
  'empty Authorization': 'InvalidToken',
  'Authorization of two words': 'InvalidToken',
  'wrong token and cookie': 'InvalidToken',
} as const;

const forAnyone: Reception = {
  none: 'answers',
  'cookie from our page': 'answers',
  'cookie with the CSRF header': 'answers',
  'cookie without a mark': 'answers',
  'cookie from another site': 'answers',
  'unknown cookie': 'answers',
  'malformed cookie': 'answers',
  'expired cookie': 'answers',
  'idle cookie': 'answers',
  'suspended cookie': 'answers',
  'API key': 'answers',
  'API key and cookie': 'answers',
  'unknown API key': 'answers',
  'malformed API key': 'answers',
  'expired API key': 'answers',
  'revoked API key': 'answers',
  'admin token': 'answers',
  'admin token and cookie': 'answers',
  'operator cookie from our page': 'answers',
  'operator cookie without a mark': 'answers',
  'operator cookie from another site': 'answers',
  'unknown operator cookie': 'answers',
  'introspection token': 'answers',
  'wrong admin token': 'answers',
  'unknown temp token': 'answers',
  'temp token of a scope that is no more': 'answers',
  'another scheme': 'answers',
  'empty Authorization': 'answers',
  'Authorization of two words': 'answers',
  'wrong token and cookie': 'answers',
};

/** Takes tokens of password sessions, which a handler of its own verifies. */
const forPasswordSessions: Reception = {
  none: 'AuthenticationRequired',
  'cookie from our page': 'AuthenticationRequired',
  'cookie with the CSRF header': 'AuthenticationRequired',
  'cookie without a mark': 'AuthenticationRequired',
  'cookie from another site': 'AuthenticationRequired',
  'unknown cookie': 'AuthenticationRequired',
  'malformed cookie': 'AuthenticationRequired',
  'expired cookie': 'AuthenticationRequired',
  'idle cookie': 'AuthenticationRequired',
  'suspended cookie': 'AuthenticationRequired',
  // With 403 ProtectedMethod: a key is no token of a session, so it is not looked up.
  'API key': 'answers',
  'API key and cookie': 'answers',
  'unknown API key': 'answers',
  'malformed API key': 'InvalidToken',
  'expired API key': 'answers',
  'revoked API key': 'answers',
  'admin token': 'InvalidToken',
  'admin token and cookie': 'InvalidToken',
  'operator cookie from our page': 'AuthenticationRequired',
  'operator cookie without a mark': 'AuthenticationRequired',
  'operator cookie from another site': 'AuthenticationRequired',
  'unknown operator cookie': 'AuthenticationRequired',
  'introspection token': 'InvalidToken',
  'wrong admin token': 'InvalidToken',
  'unknown temp token': 'InvalidToken',
  'temp token of a scope that is no more': 'InvalidToken',
  'another scheme': 'InvalidToken',
  'empty Authorization': 'InvalidToken',
  'Authorization of two words': 'InvalidToken',
  'wrong token and cookie': 'InvalidToken',
};

/** Open to anyone, but identifies the caller: a presented token must be valid. */
const forAnyoneKnown: Reception = { ...forAnyone, ...unknownTokens };

const foreignCookies = {
  'cookie without a mark': 'CrossSiteRequest',
  'cookie from another site': 'CrossSiteRequest',
} as const;

const forBrowsers: Reception = {
  ...forAnyoneKnown,
  none: 'AuthenticationRequired',
  'unknown cookie': 'AuthenticationRequired',
  'malformed cookie': 'AuthenticationRequired',
  'expired cookie': 'AuthenticationRequired',
  'idle cookie': 'AuthenticationRequired',
  'suspended cookie': 'SessionSuspended',
  'operator cookie from our page': 'AuthenticationRequired',
  'operator cookie without a mark': 'AuthenticationRequired',
  'operator cookie from another site': 'AuthenticationRequired',
  'unknown operator cookie': 'AuthenticationRequired',
  'API key': 'Forbidden',
  'API key and cookie': 'Forbidden',
  'admin token': 'Forbidden',
  'admin token and cookie': 'Forbidden',
  'introspection token': 'Forbidden',
};

const keys = { 'API key': 'answers', 'API key and cookie': 'answers' } as const;

const forOwnPages: Reception = { ...forBrowsers, ...foreignCookies };

const forKeysToo: Reception = { ...forOwnPages, ...keys };

const operator = { 'admin token': 'answers', 'admin token and cookie': 'answers' } as const;

const forOperator: Reception = {
  ...forBrowsers,
  'suspended cookie': 'Forbidden',
  'cookie from our page': 'Forbidden',
  'cookie with the CSRF header': 'Forbidden',
  'cookie without a mark': 'Forbidden',
  'cookie from another site': 'Forbidden',
  ...operator,
};

const refused = {
  'suspended cookie': 'Forbidden',
  'API key': 'Forbidden',
  'API key and cookie': 'Forbidden',
  'cookie from our page': 'Forbidden',
  'cookie with the CSRF header': 'Forbidden',
  'cookie without a mark': 'Forbidden',
  'cookie from another site': 'Forbidden',
} as const;

const nobodysCookies = {
  'suspended cookie': 'AuthenticationRequired',
  'cookie from our page': 'AuthenticationRequired',
  'cookie with the CSRF header': 'AuthenticationRequired',
  'cookie without a mark': 'AuthenticationRequired',
  'cookie from another site': 'AuthenticationRequired',
} as const;

const forTempTokens: Reception = { ...forBrowsers, ...refused };

/** The operator's pages accept only the operator's cookie. Tokens belong elsewhere. */
const forOperatorsBrowser: Reception = {
  ...forBrowsers,
  ...nobodysCookies,
  'operator cookie from our page': 'answers',
  'operator cookie without a mark': 'answers',
  'operator cookie from another site': 'answers',
};

const foreign = {
  'cookie from another site': 'CrossSiteRequest',
  'operator cookie from another site': 'CrossSiteRequest',
} as const;

/** A form that anyone may send from the broker's own page. */
const formForAnyone: Reception = { ...forAnyone, ...foreign };

const formForOperatorsBrowser: Reception = {
  ...forOperatorsBrowser,
  'operator cookie without a mark': 'CrossSiteRequest',
  'operator cookie from another site': 'CrossSiteRequest',
};

/** Every route with its callers. Add a new route here. */
export const routeTable: Readonly<Record<string, Reception>> = {
  'GET /': forAnyoneKnown,
  'GET /assets/:name': forAnyone,
  'GET /assets/logo': forAnyone,
  'GET /favicon.ico': forAnyone,
  'GET /robots.txt': forAnyone,
  'GET /lookup': forAnyone,
  'GET /avatars/:did': { ...forAnyone, ...foreign },
  'GET /account': forBrowsers,
  'POST /account/browsers/:id/end': forOwnPages,
  'POST /account/browsers/end-others': forOwnPages,
  'GET /account/keys/new': forBrowsers,
  'POST /account/keys': forOwnPages,
  'GET /account/key-requests/:id': forBrowsers,
  'GET /account/keys/:id': forBrowsers,
  'POST /account/keys/reconnect': forOwnPages,
  'GET /account/keys/reconnect/next': forBrowsers,
  'POST /account/keys/:id/rotate': forOwnPages,
  'POST /account/keys/:id/revoke': forOwnPages,
  'POST /account/keys/:id/rename': forOwnPages,
  'POST /account/keys/:id/try': forOwnPages,
  'POST /account/keys/:id/env': forOwnPages,
  'POST /account/keys/:id/end-previous': forOwnPages,
  'GET /admin': forAnyoneKnown,
  'POST /admin/sign-in': formForAnyone,
  'POST /admin/sign-out': formForOperatorsBrowser,
  'GET /admin/sessions': forOperatorsBrowser,
  'GET /admin/sessions/:id': forOperatorsBrowser,
  'GET /admin/sessions/:id/refresh': forOperatorsBrowser,
  'POST /admin/sessions/:id/refresh': formForOperatorsBrowser,
  'GET /admin/sessions/:id/revoke': forOperatorsBrowser,
  'POST /admin/sessions/:id/revoke': formForOperatorsBrowser,
  'GET /admin/client-keys': forOperatorsBrowser,
  'GET /admin/instances': forOperatorsBrowser,
  'GET /admin/instances/:spoolId/give-up': forOperatorsBrowser,
  'POST /admin/instances/:spoolId/give-up': formForOperatorsBrowser,
  'GET /admin/native-apps': forOperatorsBrowser,
  'GET /admin/audit-events': forOperatorsBrowser,
  'GET /livez': forAnyone,
  'GET /readyz': forAnyone,
  'GET /api/openapi.json': forAnyone,
  'GET /metrics': forOperator,
  'GET /oauth-client-metadata.json': forAnyone,
  'GET /.well-known/jwks.json': forAnyone,
  'GET /oauth/login': forAnyoneKnown,
  'POST /oauth/login': { ...forAnyoneKnown, ...foreignCookies, ...foreign },
  'GET /oauth/callback': forAnyone,
  'POST /oauth/logout': { ...forOwnPages, 'suspended cookie': 'answers' },
  'GET /api/me': { ...forBrowsers, ...keys },
  'GET /api/ui-sessions': forBrowsers,
  'DELETE /api/ui-sessions/:id': forOwnPages,
  'DELETE /api/ui-sessions': forOwnPages,
  'GET /api/keys': { ...forBrowsers, ...operator },
  'GET /api/keys/:id/usage': { ...forBrowsers, ...operator },
  'POST /api/keys/:id/rotate': forOwnPages,
  'PATCH /api/keys/:id': forOwnPages,
  'DELETE /api/keys/:id/previous-secret': forOwnPages,
  'DELETE /api/keys/:id': { ...forOwnPages, ...operator },
  'POST /api/key-requests': { ...forAnyoneKnown, ...foreignCookies },
  'GET /api/key-requests/scopes': forAnyone,
  'GET /api/key-requests/:id': forTempTokens,
  'POST /api/key-requests/:id/claim': forTempTokens,
  'GET /connect/:id': forAnyone,
  'GET /docs': forAnyone,
  'GET /connect/:id/code': forAnyone,
  'POST /connect/:id/approve': formForAnyone,
  'POST /connect/:id/deny': formForAnyone,
  'GET /api/forward-auth': { ...forBrowsers, ...keys },
  'POST /api/introspect': { ...forOperator, 'introspection token': 'answers' },
  'GET /api/sessions': forOperator,
  'GET /api/sessions/:id': forOperator,
  'DELETE /api/sessions/:id': forOperator,
  'POST /api/sessions/:id/refresh': forOperator,
  'POST /api/sessions/:id/validate': forOperator,
  'POST /api/sessions/refresh-due': forOperator,
  'GET /api/client-keys': forOperator,
  'POST /api/client-keys': forOperator,
  'POST /api/client-keys/:kid/activate': forOperator,
  'POST /api/client-keys/:kid/retire': forOperator,
  'GET /api/instances': forOperator,
  'POST /api/instances/:spoolId/give-up': forOperator,
  'GET /api/temp-tokens/scopes': forOperator,
  'POST /api/temp-tokens': forOperator,
  'DELETE /api/temp-tokens/:id': forOperator,
  'DELETE /api/temp-tokens': forOperator,
  'GET /api/audit-events': forOperator,
  'POST /api/service-tokens': forKeysToo,
  'DELETE /api/service-tokens': forKeysToo,
  'GET /api/service-tokens/stats': forOperator,
  'GET /api/native-apps': forOperator,
  'POST /api/native-apps': forOperator,
  'GET /api/native-apps/:name': forOperator,
  'PATCH /api/native-apps/:name': forOperator,
  'DELETE /api/native-apps/:name': forOperator,
  'POST /api/native-apps/:name/pause': forOperator,
  'POST /api/native-apps/:name/resume': forOperator,
  'GET /api/native-apps/:name/doctor': forOperator,
  'GET /api/native-apps/:name/keys': forOperator,
  'POST /api/native-apps/:name/keys': forOperator,
  'POST /api/native-apps/:name/keys/:kid/activate': forOperator,
  'POST /api/native-apps/:name/keys/:kid/retire': forOperator,
  'GET /native/apps/:name/oauth-client-metadata.json': forAnyone,
  'GET /native/apps/:name/jwks.json': forAnyone,
  'POST /native/par': forAnyone,
  'OPTIONS /native/par': forAnyone,
  'POST /native/token': forAnyone,
  'OPTIONS /native/token': forAnyone,
  'POST /native/revoke': forAnyone,
  'OPTIONS /native/revoke': forAnyone,
  'GET /xrpc/:nsid': forKeysToo,
  'POST /xrpc/:nsid': forKeysToo,
  'POST /xrpc/com.atproto.server.createSession': forAnyone,
  'POST /xrpc/com.atproto.server.deleteSession': forPasswordSessions,
  'POST /xrpc/com.atproto.server.refreshSession': forPasswordSessions,
  'GET /.well-known/did.json': forAnyone,
  'GET /did.json': forAnyone,
};
