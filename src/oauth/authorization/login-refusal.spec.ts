import { OAuthCallbackError, OAuthResolverError, OAuthResponseError } from '@atproto/oauth-client-node';
import { describe, expect, it } from '@jest/globals';
import { BrokerError } from '../../errors/broker-error.ts';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';
import { decideBeginRefusal, decideFinishRefusal } from './login-refusal.ts';

const origin = 'https://pds.example.com';

/** The error of the library for a response of the issuer. */
const answered = (status: number, error?: string, headers: Record<string, string> = {}): Error =>
  new OAuthResponseError(new Response(null, { status, headers }), error === undefined ? {} : { error });

/** The error of the library for a document of the PDS or the issuer. */
const fetched = (status: number, headers: Record<string, string> = {}): Error =>
  new OAuthResolverError('Failed to resolve', {
    cause: Object.assign(new Error('Unexpected'), { response: new Response('', { status, headers }) }),
  });

const failed = (reason: OutboundError['reason']): Error =>
  new OAuthResolverError('Failed to resolve', { cause: new OutboundError(reason, origin, true) });

describe('why an authorization cannot begin', () => {
  it.each<[string, Error, string]>([
    ['an unknown scope', answered(400, 'invalid_scope'), 'ScopeRefused'],
    ['a client that is not accepted', answered(400, 'invalid_client_metadata'), 'ClientRefused'],
    ['a client that may not do it', answered(403, 'unauthorized_client'), 'ClientRefused'],
    ['a failed client authentication', answered(401, 'invalid_client'), 'ClientRefused'],
    ['a wrong request', answered(400, 'invalid_request'), 'LoginRefused'],
    ['a code of no RFC', answered(400, 'no_thanks'), 'LoginRefused'],
    ['a code that every object has', answered(400, 'constructor'), 'LoginRefused'],
    ['an issuer without that endpoint', answered(404), 'LoginUnsupported'],
    ['a PDS without OAuth', fetched(404), 'LoginUnsupported'],
    ['a web page instead of a document', fetched(200), 'LoginUnsupported'],
    [
      'documents that the library refuses',
      new OAuthResolverError('x', { cause: new TypeError('x') }),
      'LoginUnsupported',
    ],
    ['no way to authenticate the client', new Error('The server does not support it'), 'LoginUnsupported'],
    ['a redirect', failed('redirect'), 'LoginUnsupported'],
    ['a limit', answered(429), 'IssuerUnavailable'],
    ['a limit on documents', fetched(429), 'IssuerUnavailable'],
    ['a failing issuer', answered(500, 'server_error'), 'IssuerUnavailable'],
    ['a failing proxy', fetched(503), 'IssuerUnavailable'],
    ['a pause', answered(400, 'temporarily_unavailable'), 'IssuerUnavailable'],
    ['a check for bots', fetched(403), 'AccountUnreachable'],
    ['no connection', failed('network'), 'AccountUnreachable'],
    ['no answer in time', failed('timeout'), 'AccountUnreachable'],
  ])('%s', (_, cause, code) => {
    expect(decideBeginRefusal(cause)).toMatchObject({ code, cause });
  });

  it('is an error of ours as it is, at any depth', () => {
    const ours = new BrokerError('AccountNotFound', 'No such account.');
    expect(decideBeginRefusal(ours)).toBe(ours);
    expect(decideBeginRefusal(new OAuthResolverError('x', { cause: ours }))).toBe(ours);
    expect(decideBeginRefusal(Object.assign(new Error('disk'), { code: 'SQLITE_FULL' }))).toMatchObject({
      code: 'DatabaseUnavailable',
    });
  });

  it.each([
    ['90', 90],
    ['0', 1],
    ['999999', 900],
    ['soon', 30],
  ])('tells the pause that the server asks for: %s', (retryAfter, seconds) => {
    const { details } = decideBeginRefusal(answered(429, undefined, { 'retry-after': retryAfter }));
    expect(details).toEqual({ code: 'IssuerUnavailable', retryAfterSeconds: seconds });
  });
});

describe('why an authorization cannot finish', () => {
  const callback = (error: string): Error => new OAuthCallbackError(new URLSearchParams({ error }));

  it.each([
    ['access_denied', 'LoginCancelled'],
    ['invalid_scope', 'ScopeRefused'],
    ['unauthorized_client', 'ClientRefused'],
    ['temporarily_unavailable', 'IssuerUnavailable'],
    ['server_error', 'IssuerUnavailable'],
    ['login_required', 'LoginRefused'],
  ])('the callback says %s', (error, code) => {
    expect(decideFinishRefusal(callback(error))).toMatchObject({ code });
  });

  it.each<[string, Error, string]>([
    ['a wrong code', answered(400, 'invalid_grant'), 'LoginRefused'],
    ['a limit', answered(429), 'IssuerUnavailable'],
    ['no connection', new OutboundError('network', origin, true), 'LoginRefused'],
    ['another issuer', new Error('Issuer mismatch'), 'LoginRefused'],
  ])('the exchange fails for %s', (_, cause, code) => {
    const failure = new OAuthCallbackError(new URLSearchParams(), undefined, undefined, cause);
    expect(decideFinishRefusal(failure)).toMatchObject({ code });
  });
});
