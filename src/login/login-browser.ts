import { isSecret, newSecret } from '../crypto/secret.ts';

/** The browser of a login. */
export type LoginBrowser = {
  /** The value of its login cookie, a secret that ties the login to this browser. */
  readonly binding: string | undefined;
  readonly userAgent: string | undefined;
  /** The address of the browser. */
  readonly from: string;
  /** The session cookie of an earlier sign-in, which a new one replaces. */
  readonly cookie: string | undefined;
};

/** Returns the name of the cookie that ties a login to its browser. The prefix `__Host-` requires https (RFC 6265bis). */
export function loginCookieName(secure: boolean): string {
  return secure ? '__Host-latchkey-login' : 'latchkey-login';
}

/** Returns the value of the browser's login cookie, or a new secret. Logins in several tabs share one value. */
export function loginCookieOf(cookie: string | undefined): string {
  return cookie !== undefined && isSecret(cookie) ? cookie : newSecret();
}
