import { BrokerError } from '../../errors/broker-error.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { scopesExceeding } from '../../oauth/scopes/scopes.ts';
import { askedScopeOf, type Session } from '../stored/session.ts';

/** The part of a session that decides which grant may replace its own. */
export type ReconnectedSession = Pick<Session, 'did' | 'scope' | 'askedScope'>;

/** Decides why a grant must not replace a session's: it is another account's, or exceeds the scope that was asked for. */
export function decideReconnection(
  session: ReconnectedSession,
  grant: Pick<Grant, 'did' | 'scope'>,
): BrokerError | undefined {
  if (grant.did !== session.did) {
    return new BrokerError(
      'WrongAccount',
      'You signed in with another account. Sign in with the account that this session belongs to.',
    );
  }
  const more = scopesExceeding(askedScopeOf(session), grant.scope);
  if (more.length === 0) return undefined;
  return new BrokerError(
    'ScopeExceeded',
    `More was granted than was asked for: ${more.join(' ')}. Nothing was changed.`,
  );
}
