import { isSecret, newSecret } from '../crypto/secret.ts';

/** Returns the name of the cookie that ties a login to its browser. `__Host-` requires https (RFC 6265bis section 4.1.3). */
export function loginCookieName(secure: boolean): string {
  return secure ? '__Host-latchkey-login' : 'latchkey-login';
}

/** Returns the value of the browser's login cookie, or a new secret. Logins in several tabs share one value. */
export function loginCookieOf(cookie: string | undefined): string {
  return cookie !== undefined && isSecret(cookie) ? cookie : newSecret();
}
