import { describe, expect, it } from '@jest/globals';
import { parseLoopbackAddress, withClaim } from './loopback-address.ts';

describe('a loopback URL', () => {
  it.each(['http://127.0.0.1:1/', 'http://127.0.0.1:80/a', 'http://[::1]:65535/a/b?c=d'])('is %s', text => {
    expect(parseLoopbackAddress(text)?.href).toBe(new URL(text).href);
  });

  it.each([
    'http://127.0.0.1/',
    'http://127.0.0.1:4000',
    'http://127.0.0.1:65536/',
    'http://127.0.0.2:4000/',
    'http://2130706433:4000/',
    'http://[::2]:4000/',
    'http://localhost:4000/',
    'http://127.0.0.1:80@evil.test/',
    'http://a@127.0.0.1:4000/',
    'http://127.0.0.1:4000/#',
    'http://127.0.0.1:4000/\\evil.test',
    'http://127.0.0.1:4000/ ',
    'HTTP://127.0.0.1:4000/',
    'https://127.0.0.1:4000/',
    '//127.0.0.1:4000/',
  ])('is not %j', text => {
    expect(parseLoopbackAddress(text)).toBeUndefined();
  });

  it('keeps its query, with request and code added or replaced', () => {
    expect(withClaim('http://[::1]:4000/a?b=c&code=mine', 'id', 'AB-CD')).toBe(
      'http://[::1]:4000/a?b=c&code=AB-CD&request=id',
    );
  });
});
