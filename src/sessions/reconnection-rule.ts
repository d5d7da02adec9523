import { BrokerError } from '../errors/broker-error.ts';
import type { Grant } from '../oauth/grant.ts';
import type { Session } from './session.ts';

/** Says why a grant must not take a session's place: it is another account's, or opens more. */
export function decideReconnection(
  session: Pick<Session, 'did' | 'scope'>,
  grant: Pick<Grant, 'did' | 'scope'>,
): BrokerError | undefined {
  if (grant.did !== session.did) {
    return new BrokerError('WrongAccount', 'Another account was authorized than the one that is asked for.');
  }
  const had = new Set(session.scope.split(' '));
  const more = grant.scope.split(' ').filter(scope => !had.has(scope));
  if (more.length === 0) return undefined;
  return new BrokerError('ScopeExceeded', `More was granted than the session had: ${more.join(' ')}.`);
}
