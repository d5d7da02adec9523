import { BrokerError } from '../../errors/broker-error.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { scopesExceeding } from '../../oauth/scopes/scopes.ts';
import { askedScopeOf, type Session } from '../stored/session.ts';

/** What a session is, as far as it can be taken up again. */
export type ReconnectedSession = Pick<Session, 'did' | 'scope' | 'askedScope'>;

/** Says why a grant must not take a session's place: it is another account's, or opens more than was asked for. */
export function decideReconnection(
  session: ReconnectedSession,
  grant: Pick<Grant, 'did' | 'scope'>,
): BrokerError | undefined {
  if (grant.did !== session.did) {
    return new BrokerError('WrongAccount', 'Another account was authorized than the one that is asked for.');
  }
  const more = scopesExceeding(askedScopeOf(session), grant.scope);
  if (more.length === 0) return undefined;
  return new BrokerError('ScopeExceeded', `More was granted than was asked for: ${more.join(' ')}.`);
}
