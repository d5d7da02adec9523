import { describe, expect, it } from '@jest/globals';
import { problemText } from './problem-text.ts';

const otherwise = problemText('InternalError');

describe('problemText', () => {
  it.each([
    'InvalidIdentifier',
    'AccountNotFound',
    'AccountUnreachable',
    'AccountNotAllowed',
    'LoginCancelled',
    'LoginExpired',
    'LoginFromAnotherBrowser',
    'CrossSiteRequest',
    'AuthenticationRequired',
    'DatabaseUnavailable',
  ])('has words of its own for %s', code => {
    expect(problemText(code)).not.toBe(otherwise);
  });

  it.each(['', '__proto__', 'constructor', 'NoSuchCode', '<script>'])('says %j in general words', code => {
    expect(problemText(code)).toBe(otherwise);
  });
});
