import type { Config } from '../../config/config.ts';
import type { Session } from '../stored/session.ts';

/** Returns where the owner of a session is asked again for what they have not granted: a browser anew, a key by its session. */
export function reconsentUrl(
  { id, did, purpose }: Pick<Session, 'id' | 'did' | 'purpose'>,
  { baseUrl }: Pick<Config, 'baseUrl'>,
): string {
  const query = purpose === 'ui' ? { identifier: did, prompt: 'consent' } : { reconnect: id };
  return `${baseUrl}/oauth/login?${new URLSearchParams(query)}`;
}
