import type { StoredSession } from '../../../src/sessions/stored/session.repository.ts';
import type { SentToken } from './refresh-road.ts';
import type { SessionEvent } from './session-events.ts';
import { refreshTokenOf, type SessionUnderTest } from './session-under-test.ts';

const successors: Readonly<Record<StoredSession['status'], readonly StoredSession['status'][]>> = {
  active: ['active', 'needs_reauth', 'revoking', 'revoked'],
  // No row of this model is rolled back.
  needs_check: [],
  needs_reauth: ['active', 'needs_reauth', 'revoking', 'revoked'],
  revoking: ['revoking', 'revoked'],
  revoked: ['revoked'],
};

/** The number of invalid_grant refusals, over a minute or more, after which a session with an expired token ends. */
const REFUSALS_BEFORE_REVOKED = 3;

/** Returns the violation in a row's change, if any. */
export function judgeChange(before: StoredSession, after: StoredSession): string | undefined {
  if (after.generation < before.generation) return 'its generation shrank';
  if (!successors[before.status].includes(after.status))
    return `it went from ${before.status} to ${after.status}`;
  const isSame = before.status === after.status && refreshTokenOf(before) === refreshTokenOf(after);
  if (!isSame && after.generation === before.generation) return 'it changed without a new generation';
  return undefined;
}

/** Returns the violation in a session's events: each loss has one event, with the row's reason. */
export function judgeEvents(row: StoredSession, events: readonly SessionEvent[]): string | undefined {
  let last: SessionEvent | undefined;
  for (const event of events) {
    if (event.kind === (last?.kind ?? 'lives')) return `it was told twice that it ${event.kind}`;
    last = event;
  }
  const isLost = last?.kind === 'lost';
  if (row.status === 'active' && isLost) return 'it lives, and its loss was told';
  if (row.status !== 'needs_reauth') return undefined;
  if (!isLost) return 'it was lost without an event';
  return row.reason === last?.reason
    ? undefined
    : `it was lost by ${row.reason ?? 'nothing'}, told was ${last?.reason ?? ''}`;
}

/** Returns why a session must not have been lost. */
export function judgeLoss(
  { grant, unsent }: SessionUnderTest,
  row: StoredSession,
  sent: readonly SentToken[],
): string | undefined {
  const token = refreshTokenOf(row);
  const ofToken = sent.filter(({ refreshToken }) => refreshToken === token);
  const refusals = ofToken.filter(({ said }) => said.includes('invalid_grant')).length;
  const doubtful = ofToken.filter(({ outcome, received }) => outcome !== 'refused' || !received);
  const doubts = doubtful.length + unsent.filter(other => other === token).length;
  const isSpent = doubtful.some(({ said, received }) => said.includes('ok') && !received);
  const isEnded = grant.end === 'issuer' || (grant.end === 'replay' && isOvertaken(sent, token));
  switch (row.reason) {
    case 'response_lost':
      return isSpent || doubts >= 2 || (doubts === 1 && (isEnded || refusals > 0))
        ? undefined
        : 'no answer of it was lost';
    case 'revoked':
      return isEnded || refusals >= REFUSALS_BEFORE_REVOKED ? undefined : 'its issuer had not ended it';
    default:
      return `its reason is ${row.reason ?? 'none'}`;
  }
}

/** Returns the violation in the tokens of a session without a running refresh. */
export function judgeTokens(
  { grant }: SessionUnderTest,
  row: StoredSession,
  { sent }: { sent: readonly SentToken[] },
): string | undefined {
  if (row.status !== 'active' || row.attempt !== null || grant.end === 'issuer') return undefined;
  // The late answer is stored first, and judged by the next use.
  if (grant.end === 'replay' && isOvertaken(sent, refreshTokenOf(row))) return undefined;
  if (grant.end === 'replay' && row.failures > 0 && isBeingRefused(sent, refreshTokenOf(row)))
    return undefined;
  if (grant.end !== undefined) return `it lives, and its issuer ended it: ${grant.end}`;
  // A doubtful token stays in doubt if it was resent and refused unread.
  if (row.resends > 0 || refreshTokenOf(row) === grant.refreshToken) return undefined;
  return 'it lives with a spent refresh token';
}

/** Returns whether the issuer refuses a token that was resent, and has not done so often enough to be believed. */
function isBeingRefused(sent: readonly SentToken[], token: string | undefined): boolean {
  const ofToken = sent.filter(({ refreshToken }) => refreshToken === token);
  const refusals = ofToken.filter(({ said }) => said.includes('invalid_grant')).length;
  // Each of two brokers counts by itself.
  return refusals > 0 && refusals < 2 * REFUSALS_BEFORE_REVOKED;
}

/**
 * Returns whether a token was resent when its first response turned up at a broker that had counted as dead. No rule can
 * keep that session, as the later arrival ends it at its issuer.
 */
function isOvertaken(sent: readonly SentToken[], stored: string | undefined): boolean {
  return sent.some(({ isBlind, refreshToken }) => isBlind && refreshToken !== stored);
}
