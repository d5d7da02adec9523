import type { Config } from '../config/config.ts';
import type { CredentialCookie } from './credential.ts';

export type CookieNames = Readonly<Record<CredentialCookie, string>>;

/** Returns the names of the cookies that are credentials. The prefix `__Host-` needs https. */
export function cookieNamesOf({ cookie }: Pick<Config, 'cookie'>): CookieNames {
  const { name, secure } = cookie;
  return { cookie: name, 'operator-cookie': secure ? '__Host-latchkey-admin' : 'latchkey-admin' };
}
