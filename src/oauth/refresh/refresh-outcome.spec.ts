import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';
import {
  decideRefreshFailure,
  decideRefreshOutcome,
  isOfTokenEndpoint,
  type RefreshHeaders,
} from './refresh-outcome.ts';

const nonce: RefreshHeaders = { 'dpop-nonce': 'n' };
const error = (code: string): string => JSON.stringify({ error: code });

describe.each([
  [429, 'refused'],
  [503, 'no-tokens'],
])('Retry-After of a %i, which is %s (RFC 9110 section 10.2.3)', (status, kind) => {
  const secondsOf = (retryAfter: string | undefined): number | undefined => {
    const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
    const outcome = decideRefreshOutcome(status, '', headers);
    expect(outcome.kind).toBe(kind);
    return 'retryAfterSeconds' in outcome ? outcome.retryAfterSeconds : undefined;
  };

  it.each([
    ['0', 0],
    ['7', 7],
    ['120', 120],
  ])('is %j, in seconds', (retryAfter, seconds) => {
    expect(secondsOf(retryAfter)).toBe(seconds);
  });

  it('may be a date', () => {
    const seconds = secondsOf(new Date(Date.now() + 90_000).toUTCString());
    expect(seconds).toBeGreaterThan(85);
    expect(seconds).toBeLessThanOrEqual(90);
    expect(secondsOf('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(0);
  });

  it.each([undefined, '', 'soon', '-5', '-1e9', 'NaN', 'Infinity', '1e999', '0x10', 'build 2099'])(
    'is ignored as %j',
    retryAfter => {
      expect(secondsOf(retryAfter)).toBeUndefined();
    },
  );

  it('is finite and not negative for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)), retryAfter => {
        const seconds = secondsOf(retryAfter) ?? 0;
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(seconds)).toBe(true);
      }),
    );
  });
});

describe('decideRefreshOutcome', () => {
  it.each<[status: number, body: string, headers: RefreshHeaders]>([
    [400, error('use_dpop_nonce'), {}],
    [401, error('use_dpop_nonce'), nonce],
    [401, '', { 'www-authenticate': 'DPoP error=use_dpop_nonce', ...nonce }],
    [400, '<h1>No</h1>', { 'www-authenticate': 'Bearer, DPoP algs="ES256", error="use_dpop_nonce"' }],
  ])('signs again after %i %j %j', (status, body, headers) => {
    expect(decideRefreshOutcome(status, body, headers)).toEqual({ kind: 'sign-again' });
  });

  it.each([
    [401, 'invalid_client'],
    [400, 'invalid_client_metadata'],
    [400, 'invalid_dpop_proof'],
    [400, 'temporarily_unavailable'],
    [404, 'invalid_client'],
  ])('reads %i %s as a refusal that did not reach the token', (status, code) => {
    const refused = { kind: 'refused', code, retryAfterSeconds: undefined };
    expect(decideRefreshOutcome(status, error(code), nonce)).toEqual(refused);
  });

  it.each([400, 401, 403, 404])('knows invalid_grant with %i', status => {
    expect(decideRefreshOutcome(status, error('invalid_grant'), {})).toEqual({ kind: 'invalid-grant' });
  });

  it.each<[status: number, body: string, words: string]>([
    [400, error('Session expired'), 'Session expired'],
    [400, error('Refresh token expired'), 'Refresh token expired'],
    [400, error('"client_id" mismatch'), '"client_id" mismatch'],
    [400, JSON.stringify('Refresh token expired'), 'status 400'],
    [400, '{"error":{"message":"no"}}', 'status 400'],
    [400, '<h1>Bad Request</h1>', 'status 400'],
    [400, '', 'status 400'],
    [401, '', 'status 401'],
    [403, 'Forbidden', 'status 403'],
    [410, 'null', 'status 410'],
    [422, '[]', 'status 422'],
    [400, error('x'.repeat(500)), 'x'.repeat(100)],
  ])('reads %i %j as a rejection of the grant', (status, body, words) => {
    const rejected = { kind: 'rejected', words, canBeChecked: status !== 403 };
    expect(decideRefreshOutcome(status, body, {})).toEqual({ ...rejected, isOfEndpoint: false });
    expect(decideRefreshOutcome(status, body, nonce)).toEqual({ ...rejected, isOfEndpoint: true });
  });

  it('knows an endpoint that rejects a grant in other words of OAuth', () => {
    expect(decideRefreshOutcome(400, error('invalid_request'), {})).toMatchObject({
      kind: 'rejected',
      isOfEndpoint: true,
    });
  });

  it.each([500, 503])('expects nothing more after %i', status => {
    const outcome = decideRefreshOutcome(status, error('invalid_grant'), nonce);
    expect(outcome).toMatchObject({ kind: 'no-tokens' });
  });

  it.each([
    301, 404, 405, 406, 407, 408, 409, 411, 412, 413, 414, 415, 416, 417, 418, 421, 425, 426, 428, 431, 451,
    499, 501, 502, 504, 520, 522, 524, 530,
  ])('reads nothing about the grant in %i', status => {
    for (const body of ['', '<h1>Not here</h1>', error('Session expired')]) {
      const outcome = decideRefreshOutcome(status, body, nonce);
      expect(outcome).toMatchObject({ kind: 'unknown' });
    }
  });

  it('never fails, and never finds tokens in an error', () => {
    const header = fc.option(fc.string(), { nil: undefined });
    const headers = fc.record({ 'www-authenticate': header, 'dpop-nonce': header, 'retry-after': header });
    const bodies = fc.oneof(fc.string(), fc.json(), fc.string().map(error));
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), bodies, headers, (status, body, given) => {
        const { kind } = decideRefreshOutcome(status, body, given as RefreshHeaders);
        expect(['sign-again', 'refused', 'invalid-grant', 'rejected', 'no-tokens', 'unknown']).toContain(
          kind,
        );
      }),
    );
  });
});

it.each([
  [new OutboundError('network', 'https://a.example', false), 'not-sent'],
  [new OutboundError('network', 'https://a.example', true), 'unknown'],
  [new OutboundError('too_large', 'https://a.example', true), 'unknown'],
  [new OutboundError('redirect', 'https://a.example', true), 'unknown'],
  [new Error('a bug'), 'unknown'],
])('decides about %s: %s', (cause, kind) => {
  expect(decideRefreshFailure(cause)).toMatchObject({ kind, cause });
});

it.each<[body: string, headers: RefreshHeaders, isOne: boolean]>([
  ['', nonce, true],
  [error('invalid_grant'), {}, true],
  [error('invalid_client'), {}, true],
  ['', { 'www-authenticate': 'DPoP error="use_dpop_nonce"' }, true],
  ['', {}, false],
  ['<h1>Not Found</h1>', {}, false],
  [error('NotFound'), {}, false],
  [error('Bad Request'), { 'www-authenticate': 'Basic realm="staging"' }, false],
])('knows from %j %j whether a token endpoint responded: %s', (body, headers, isOne) => {
  expect(isOfTokenEndpoint(body, headers)).toBe(isOne);
});
