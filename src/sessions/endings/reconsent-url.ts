import type { Config } from '../../config/config.ts';
import type { Session } from '../stored/session.ts';

/** Returns the URL that asks the owner again for the missing scope: a new login for a browser, a reconnection for a key. */
export function reconsentUrl(
  { id, did, purpose }: Pick<Session, 'id' | 'did' | 'purpose'>,
  { baseUrl }: Pick<Config, 'baseUrl'>,
): string {
  const query = purpose === 'ui' ? { identifier: did, prompt: 'consent' } : { reconnect: id };
  return `${baseUrl}/oauth/login?${new URLSearchParams(query)}`;
}
