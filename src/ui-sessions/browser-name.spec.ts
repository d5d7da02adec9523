import { describe, expect, it } from '@jest/globals';
import { browserNameOf } from './browser-name.ts';

describe('the name of a browser', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      'Chrome',
      'Linux',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:130.0) Gecko/20100101 Firefox/130.0',
      'Firefox',
      'macOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari',
      'iOS',
    ],
    ['<script>alert(1)</script>', null, null],
    ['', null, null],
    [null, null, null],
  ])('of %j is %s on %s', (userAgent, browser, system) => {
    expect(browserNameOf(userAgent)).toEqual({ browser, system });
  });

  it('is short for every user agent', () => {
    const { browser, system } = browserNameOf(`Mozilla/5.0 (${'x'.repeat(200)}) ${'y/1 '.repeat(70)}`);
    expect((browser ?? '').length + (system ?? '').length).toBeLessThan(400);
  });
});
