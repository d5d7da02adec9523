import type { Config } from '../config/config.ts';
import type { CredentialCookie } from './credential.ts';

export type CookieNames = Readonly<Record<CredentialCookie, string>>;

/** The names of the cookies that are credentials, as they fit the connection. */
export function cookieNamesOf({ cookie }: Pick<Config, 'cookie'>): CookieNames {
  const { name, secure } = cookie;
  return { cookie: name, 'operator-cookie': secure ? '__Host-latchkey-admin' : 'latchkey-admin' };
}
