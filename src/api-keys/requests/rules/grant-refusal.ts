import { BrokerError } from '../../../errors/broker-error.ts';
import { scopesExceeding } from '../../../oauth/scopes/scopes.ts';

/**
 * Decides why a grant cannot become a key: it exceeds the requested scope, or lacks `atproto`. Returns undefined if it
 * can. Less than requested is the owner's choice.
 */
export function decideGrantRefusal(requested: string, granted: string): BrokerError | undefined {
  if (!granted.split(' ').includes('atproto'))
    return new BrokerError('LoginRefused', 'The server granted no permissions for a key. Please try again.');
  const more = scopesExceeding(requested, granted);
  if (more.length === 0) return undefined;
  return new BrokerError(
    'ScopeExceeded',
    `The server granted more than was requested: ${more.join(' ')}. No key was created.`,
  );
}
