import { BrokerError } from '../errors/broker-error.ts';

/** What a permission set can stand for: the server answers with it in the set's place. */
const INCLUDABLE = /^(repo|rpc)[:?]/;

/**
 * Says why a grant cannot become a key: it opens more than was asked for, or not even what everything starts from. Less is
 * the owner's choice, and the key's scope then.
 */
export function decideGrantedScope(asked: string, granted: string): BrokerError | undefined {
  const wanted = asked.split(' ');
  const given = granted.split(' ');
  if (!given.includes('atproto'))
    return new BrokerError('LoginRefused', 'The server granted nothing that a key could be used for.');
  const hasSets = wanted.some(scope => /^include[:?]/.test(scope));
  const more = given.filter(scope => !wanted.includes(scope) && !(hasSets && INCLUDABLE.test(scope)));
  if (more.length === 0) return undefined;
  return new BrokerError('ScopeExceeded', `More was granted than was asked for: ${more.join(' ')}.`);
}
