import { describe, expect, it } from '@jest/globals';
import { problemText } from './problem-text.ts';

const otherwise = problemText('InternalError');

describe('problemText', () => {
  it.each([
    'InvalidIdentifier',
    'AccountNotFound',
    'AccountUnreachable',
    'AccountNotAllowed',
    'IssuerUnavailable',
    'ScopeRefused',
    'ClientRefused',
    'LoginUnsupported',
    'LoginRefused',
    'LoginCancelled',
    'LoginExpired',
    'LoginFromAnotherBrowser',
    'CrossSiteRequest',
    'AuthenticationRequired',
    'SessionSuspended',
    'DatabaseUnavailable',
  ])('has a text of its own for %s', code => {
    expect(problemText(code)).not.toBe(otherwise);
  });

  it.each(['', '__proto__', 'constructor', 'NoSuchCode', '<script>'])('has the general text for %j', code => {
    expect(problemText(code)).toBe(otherwise);
  });
});
