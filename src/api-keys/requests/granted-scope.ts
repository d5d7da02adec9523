import { BrokerError } from '../../errors/broker-error.ts';
import { scopesExceeding } from '../../oauth/scopes/scopes.ts';

/**
 * Says why a grant cannot become a key: it opens more than was asked for, or not even what everything starts from. Less is
 * the owner's choice, and the key's scope then.
 */
export function decideGrantedScope(asked: string, granted: string): BrokerError | undefined {
  if (!granted.split(' ').includes('atproto'))
    return new BrokerError('LoginRefused', 'The server granted nothing that a key could be used for.');
  const more = scopesExceeding(asked, granted);
  if (more.length === 0) return undefined;
  return new BrokerError('ScopeExceeded', `More was granted than was asked for: ${more.join(' ')}.`);
}
