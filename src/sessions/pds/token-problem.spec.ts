import { expect, it } from '@jest/globals';
import { mayTellProblem, problemOfBody, problemOfChallenge } from './token-problem.ts';

it.each<[string | string[] | undefined, string | undefined]>([
  ['DPoP error="use_dpop_nonce"', 'use_dpop_nonce'],
  ['DPoP error=use_dpop_nonce', 'use_dpop_nonce'],
  ['DPoP algs="ES256", error="invalid_token", error_description="expired"', 'invalid_token'],
  ['Bearer realm="pds", error="invalid_token"', 'invalid_token'],
  [['Basic realm="error=\\"invalid_token\\""', 'DPoP error=ExpiredToken'], 'invalid_token'],
  ['Bearer error="insufficient_scope", DPoP error="invalid_dpop_proof"', 'invalid_dpop_proof'],
  ['DPoP error="insufficient_scope"', undefined],
  ['DPoP algs="ES256"', undefined],
  ['Basic error="invalid_token"', undefined],
  ['', undefined],
  [undefined, undefined],
])('finds in the challenge %j: %s', (header, problem) => {
  expect(problemOfChallenge(header)).toBe(problem);
});

it.each([
  ['{"error":"invalid_token","message":"no"}', 'invalid_token'],
  [' {"error":"use_dpop_nonce"}', 'use_dpop_nonce'],
  ['{"error":"ExpiredToken"}', 'invalid_token'],
  ['{"error":"AuthenticationRequired","message":"invalid_token"}', undefined],
  ['{"error":{"code":"invalid_token"}}', undefined],
  ['{"error":"toString"}', undefined],
  ['"invalid_token"', undefined],
  ['invalid_token', undefined],
  ['{"error":"invalid_token"', undefined],
  ['', undefined],
])('finds in the body %s: %s', (body, problem) => {
  expect(problemOfBody(body)).toBe(problem);
});

it('looks at 401 and 400 alone', () => {
  expect([200, 400, 401, 403, 500].filter(mayTellProblem)).toEqual([400, 401]);
});
