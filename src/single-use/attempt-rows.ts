import type { StoredAttempt } from './use-decision.ts';

/**
 * The stored attempts of one kind of single-use token. `Claim` names one attempt and all that its writes are guarded
 * by. Every write is a compare-and-set: it changes nothing once another attempt has the token.
 */
export type AttemptRows<Claim> = {
  /** Claims the right to use the token. Returns whether it succeeded. */
  claim(claim: Claim): Promise<boolean>;
  /**
   * Commits to sending. A confirmed commit permits one transmission; another one needs another commit.
   *
   * @returns the time of the commit, or `undefined` if the attempt was superseded
   */
  commit(claim: Claim): Promise<Date | undefined>;
  /** Returns the attempt that the token has now, of any process. */
  findAttempt(claim: Claim): Promise<StoredAttempt | null>;
  /**
   * Gives up an attempt whose token can be sent again.
   *
   * @param mayBeSpent counts the next transmission as a resend without proof
   */
  giveUp(claim: Claim, retryAfterSeconds: number, mayBeSpent: boolean): Promise<unknown>;
  /** Records that this process has no answer to what it sent, and will not get one. */
  markInDoubt(claim: Claim): Promise<unknown>;
};
