import { describe, expect, it } from '@jest/globals';
import { CookieJar } from './cookie-jar.ts';

const host = '127.0.0.1:8787';

function jarWith(...setCookies: string[]): CookieJar {
  const jar = new CookieJar();
  jar.store(host, setCookies);
  return jar;
}

describe('the cookie jar', () => {
  it('sends cookies back to the host and port that set them, and to no other', () => {
    const jar = jarWith('latchkey=a=b; Path=/; HttpOnly', '__Host-x=1; Path=/; Secure');
    expect(jar.header(host, '/api/me')).toBe('latchkey=a=b; __Host-x=1');
    expect(jar.header('127.0.0.1:8788', '/api/me')).toBeUndefined();
  });

  it('keeps a cookie to its path', () => {
    const jar = jarWith('state=1; Path=/oauth/callback');
    expect(jar.header(host, '/oauth/callback')).toBe('state=1');
    expect(jar.header(host, '/oauth/callbacks')).toBeUndefined();
    expect(jar.header(host, '/')).toBeUndefined();
  });

  it('replaces a cookie of the same name and path', () => {
    const jar = jarWith('a=1; Path=/', 'a=2; Path=/');
    expect(jar.header(host, '/')).toBe('a=2');
  });

  it.each(['a=; Path=/; Max-Age=0', 'a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'])(
    'forgets a cookie at %s',
    ending => {
      expect(jarWith('a=1; Path=/', ending).get(host, 'a')).toBeUndefined();
    },
  );

  it('prefers Max-Age to Expires', () => {
    const jar = jarWith('a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT');
    expect(jar.get(host, 'a')).toBe('1');
  });
});
