import type { AttemptId } from '../database/tables/id.ts';
import type { OwnerState } from '../leases/instances/owner-state.ts';

const MINUTE_MS = 60_000;

/**
 * After this time an issuer cannot accept a refresh request any more. A client assertion is valid for one minute, a
 * DPoP proof for little more than three; the rest allows for clocks that differ.
 */
export const REQUEST_LIFETIME_MS = { public: 5 * MINUTE_MS, confidential: 2 * MINUTE_MS } as const;

/** One try to use a token, as its row stores it. Nothing was sent while it is `prepared`. */
export type StoredAttempt =
  | {
      readonly state: 'prepared';
      readonly id: AttemptId;
      readonly owner: string;
      /** No other process claims the token before this time. */
      readonly leaseUntil: Date | null;
    }
  | {
      /** `in_doubt`: the owner recorded that it has no answer. */
      readonly state: 'sent' | 'in_doubt';
      readonly id: AttemptId;
      readonly owner: string;
      readonly sentAt: Date | null;
    };

/** The old access token as evidence about the refresh token. */
export type Evidence =
  /** The resource server was not asked yet. */
  | 'not-probed'
  /** The broker has no access token to ask with. */
  | 'unavailable'
  /** Accepted. A proof that the refresh token was not spent where a rotation ends the old access token. */
  | 'accepted'
  /** Refused before it expired, which proves a rotation. */
  | 'refused'
  /** Refused after it expired, which proves nothing. */
  | 'refused-after-expiry'
  /** The resource server did not say. */
  | 'unknown';

/** All that decides whether a token may be sent. */
export type TokenFacts = {
  readonly attempt: StoredAttempt | null;
  /** Of the attempt, where there is one. */
  readonly owner: OwnerState;
  readonly evidence: Evidence;
  /** Whether the issuer ends the old access token when it rotates the tokens; undefined if that is not known. */
  readonly rotationEndsAccessToken: boolean | undefined;
  /** How often the token was sent again without proof that it was not spent. */
  readonly resends: number;
  readonly requestLifetimeMs: number;
  /**
   * For how long this process has known the sending, by its own monotonic clock. The database's clock decides nothing: one
   * that steps ahead would end the wait at once, and a sending from a time when it was ahead would be waited for too long.
   */
  readonly knownForMs: number;
  /** Whether the database's clock is believed. */
  readonly isClockTrusted: boolean;
};

/** A right to use the token that the caller may claim. */
export type Place =
  /** `orphan`: the id of a prepared attempt whose owner is gone. Without it, no attempt or an expired lease. */
  | { readonly kind: 'free'; readonly orphan?: AttemptId }
  /**
   * The answer to this sending is lost, and the token may be sent again. `sentAt` names it: its attempt may send once more
   * meanwhile. `resends` counts this time too.
   */
  | {
      readonly kind: 'take-over';
      readonly attemptId: AttemptId;
      readonly sentAt: Date | null;
      readonly resends: number;
    };

export type UseDecision =
  | Place
  /** Another process works on an attempt. */
  | { readonly kind: 'wait' }
  /** Ask the resource server whether it accepts the old access token, then decide again. */
  | { readonly kind: 'probe' }
  /** Not before `until`; null: not before an event whose time is not known. */
  | { readonly kind: 'in-doubt'; readonly until: Date | null }
  /** The token was spent, and the answer to this attempt cannot come any more. */
  | { readonly kind: 'lost'; readonly attemptId: AttemptId };

/**
 * Decides what may happen to a token that can be sent once. It is never sent again while anyone may still hold or
 * receive the first answer.
 *
 * @param now the database's time
 */
export function decideUse(facts: TokenFacts, now: Date): UseDecision {
  const { attempt, owner } = facts;
  if (!attempt) return { kind: 'free' };
  if (attempt.state === 'prepared') return decidePrepared(attempt, owner, now);
  if (attempt.state === 'sent' && owner.kind === 'working') return { kind: 'wait' };
  if (!facts.isClockTrusted) return { kind: 'in-doubt', until: null };
  // Its disk may hold the answer. What the access token tells changes nothing about that.
  if (attempt.state === 'sent' && owner.kind === 'silent') return { kind: 'in-doubt', until: owner.until };
  return decideUnanswered(attempt, facts, now);
}

function decidePrepared(
  { id, leaseUntil }: Extract<StoredAttempt, { state: 'prepared' }>,
  owner: OwnerState,
  now: Date,
): UseDecision {
  if (owner.kind === 'gone') return { kind: 'free', orphan: id };
  return leaseUntil !== null && leaseUntil <= now ? { kind: 'free' } : { kind: 'wait' };
}

/** Decides about an attempt whose answer nobody holds, and that only the issuer may still know. */
function decideUnanswered(
  { id: attemptId, sentAt }: Exclude<StoredAttempt, { state: 'prepared' }>,
  { evidence, resends, requestLifetimeMs, knownForMs, rotationEndsAccessToken }: TokenFacts,
  now: Date,
): UseDecision {
  if (evidence === 'not-probed') return { kind: 'probe' };
  if (evidence === 'refused') return { kind: 'lost', attemptId };
  const leftMs = requestLifetimeMs - knownForMs;
  if (leftMs > 0) return { kind: 'in-doubt', until: new Date(now.getTime() + leftMs) };
  if (evidence === 'unknown') return { kind: 'in-doubt', until: null };
  const isUnspent = evidence === 'accepted' && rotationEndsAccessToken === true;
  return { kind: 'take-over', attemptId, sentAt, resends: isUnspent ? 0 : resends + 1 };
}
