import type { StoredSession } from '../../../src/sessions/stored/session.repository.ts';
import type { SentToken } from './refresh-road.ts';
import { refreshTokenOf, type SessionUnderTest } from './session-under-test.ts';

/** How long an issuer may accept a signed request: its DPoP proof and its client assertion. */
const REQUEST_LIFE_MS = { public: 190_000, confidential: 60_000 } as const;

/** The silence after which a broker may be given up. Its last heartbeat may be half a minute before its end. */
const SILENCE_MS = 10 * 60_000 - 30_000;

/** The holder of a response: a working broker, a suspended one, or none. */
export type Hands = 'free' | 'stopped' | 'none';

/** The state when a refresh token arrives at the issuer. */
export type Arrival = {
  readonly session: SessionUnderTest;
  /** The row at this moment. */
  readonly row: StoredSession;
  /** Earlier sendings of the same token, except those that its sender knows were refused. */
  readonly doubtful: readonly SentToken[];
  readonly handsOf: (sent: SentToken) => Hands;
};

/** Returns why a refresh token must not be sent at this moment. */
export function judgeSending(sent: SentToken, arrival: Arrival): string | undefined {
  const { session, row, doubtful, handsOf } = arrival;
  const isCurrent = row.status === 'active' && refreshTokenOf(row) === sent.refreshToken;
  if (isCurrent && row.attempt?.state !== 'sent')
    return `was sent without a commit: the attempt is ${row.attempt?.state ?? 'none'}`;
  for (const before of doubtful) {
    if (before.received || (before.outcome === 'answered' && handsOf(before) === 'free'))
      return 'was sent again after its answer was received';
    if (sent.sentAt - before.sentAt <= requestLife(session))
      return 'was sent again while the first request could be accepted';
    if (before.outcome !== 'lost' && !isOutOfReach(before, arrival, sent.sentAt))
      return 'was resent while a broker might receive the first response';
  }
  return undefined;
}

/** Returns whether a token is resent although its access token could have shown that it was spent. */
export function isSentBlindly(session: SessionUnderTest, doubtful: readonly SentToken[]): boolean {
  const { acceptedAt } = session.grant;
  return doubtful.some(({ sentAt }) => acceptedAt <= sentAt + requestLife(session));
}

/**
 * Returns whether no broker can receive a response any more: its broker is dead, and its replacement has looked into the
 * spool, or it was silent for long enough to be given up.
 */
function isOutOfReach(sent: SentToken, { handsOf }: Arrival, now: number): boolean {
  const { owner } = sent;
  if (handsOf(sent) === 'free' || !owner) return false;
  return owner.state === 'dead' || now - owner.silentSince >= SILENCE_MS;
}

function requestLife({ grant }: SessionUnderTest): number {
  return REQUEST_LIFE_MS[grant.kid === null ? 'public' : 'confidential'];
}
