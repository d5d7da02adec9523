/** How a transmission ended. Only `unknown` leaves open whether an answer with tokens can still come. */
export type OutcomeKind =
  | 'refreshed'
  | 'sign-again'
  | 'not-sent'
  | 'refused'
  | 'invalid-grant'
  | 'rejected'
  | 'no-tokens'
  | 'unknown';

/** The end of an attempt that got no answer. */
export type Failure = { readonly kind: 'not-sent' | 'unknown'; readonly cause: unknown };

/** The write that concludes an attempt. */
export type Verdict =
  /** Nothing: the answer is stored, or the token is over. */
  | { readonly kind: 'concluded' }
  /** `mayBeSpent`: the request may have spent the token, although nobody can receive tokens for it any more. */
  | { readonly kind: 'give-up'; readonly retryAfterSeconds: number; readonly mayBeSpent?: boolean }
  | { readonly kind: 'in-doubt' };

/** One use of a token: what an attempt signs, sends, keeps and concludes. */
export type TokenUse<Signed, Outcome extends { readonly kind: OutcomeKind }> = {
  /** How often the issuer may ask to sign again before its answer counts as a refusal. */
  readonly mostSignatures: number;
  /** Fetches, verifies and signs all that one transmission needs. */
  sign(): Promise<Signed>;
  /** Notes that a transmission is committed, before it begins. */
  noteCommit(sentAt: Date): void;
  /** Sends the request once. Never rejects, and never stops waiting for the answer. */
  transmit(signed: Signed): Promise<Outcome>;
  /** Makes an answer with tokens safe before `settle` decides about it. Runs for a late answer too. */
  keep(outcome: Outcome, signed: Signed, sentAt: Date): Promise<void>;
  /** Decides what the outcome means. */
  settle(outcome: Outcome | Failure): Promise<Verdict> | Verdict;
};
