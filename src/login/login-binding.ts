import { isSecret, newSecret } from '../crypto/secret.ts';

/** The cookie that ties a login to the browser that began it, under the name that fits the connection. */
export function bindingCookieName(secure: boolean): string {
  return secure ? '__Host-latchkey-login' : 'latchkey-login';
}

/** Returns the browser's binding, or a new one; logins that it begins in several tabs share it. */
export function bindingOf(cookie: string | undefined): string {
  return cookie !== undefined && isSecret(cookie) ? cookie : newSecret();
}
