import type { NativeAttemptState } from '../../database/tables/native-refresh.ts';
import type { AttemptId, NativeAppId } from '../../database/tables/id.ts';
import type { Fingerprint } from './fingerprints.service.ts';

/** What a refresh token is bound to: whoever shows it with anything else is refused here. */
export type TokenBinding = {
  readonly appId: NativeAppId;
  readonly issuer: string;
  /** Thumbprint of the DPoP key. */
  readonly jkt: string;
  /** The client key that the session began with. */
  readonly kid: string;
};

/** An answer as the issuer gave it: what is kept of it, and given to whoever may have it. */
export type IssuerAnswer = {
  readonly status: number;
  /** Those that mean something to a client, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** One try to use a refresh token, which was sent: who only prepares to has written nothing yet. */
export type NativeAttempt = {
  readonly id: AttemptId;
  readonly state: NativeAttemptState;
  readonly owner: string;
  readonly sentAt: Date | null;
};

/** Which proof a request was sent with, as digests: nobody may have the answer for the same one. */
export type SentProof = { readonly jti: string; readonly nonce: string | null };

/** A refresh token that is known here, as the database has it. */
export type KnownToken = {
  readonly fingerprint: Fingerprint;
  readonly binding: TokenBinding;
  readonly attempt: NativeAttempt | null;
  /** The answer to its use, and the proof that it was asked for with. */
  readonly answered: { readonly answer: IssuerAnswer; readonly sent: SentProof } | null;
  /** The database's time of the reading. */
  readonly readAt: Date;
};

/** In what a request differs from what its token is bound to; nothing where it does not. */
export function findMismatch(
  binding: TokenBinding,
  shown: Omit<TokenBinding, 'kid'> & { readonly kid: string | undefined },
): keyof TokenBinding | undefined {
  if (shown.appId !== binding.appId) return 'appId';
  if (shown.issuer !== binding.issuer) return 'issuer';
  if (shown.jkt !== binding.jkt) return 'jkt';
  return shown.kid === undefined || shown.kid === binding.kid ? undefined : 'kid';
}

/** What is to be done about a known token that somebody wants to use. */
export type TokenDecision =
  | { readonly kind: 'answered'; readonly answered: NonNullable<KnownToken['answered']> }
  /** Nobody uses it: its place is to be had. */
  | { readonly kind: 'free' }
  /** The answer to an attempt is lost, and the token may be sent in its place. */
  | { readonly kind: 'take-over'; readonly attemptId: AttemptId }
  /** Somebody else is at work. */
  | { readonly kind: 'wait' }
  /** It was sent and there is no answer: it may be sent again after so many seconds. */
  | { readonly kind: 'in-doubt'; readonly seconds: number };

/**
 * Decides whether a token may be sent, at the database's time of its reading. It is never sent again while anyone may
 * still hold or receive the answer to the first time: the first request can be accepted no more, and its owner has
 * written down that it has no answer, or is gone.
 *
 * @param isOwnerGone whether the owner of its attempt has ended, or works on it no more
 * @param requestLifeMs after which a request that was sent can be accepted no more
 */
export function decideUse(
  { attempt, answered, readAt }: Pick<KnownToken, 'attempt' | 'answered' | 'readAt'>,
  isOwnerGone: boolean,
  requestLifeMs: number,
): TokenDecision {
  if (answered) return { kind: 'answered', answered };
  if (!attempt) return { kind: 'free' };
  const { id, state, sentAt } = attempt;
  if (state === 'sent' && !isOwnerGone) return { kind: 'wait' };
  const remainingMs = sentAt === null ? requestLifeMs : sentAt.getTime() + requestLifeMs - readAt.getTime();
  return remainingMs <= 0
    ? { kind: 'take-over', attemptId: id }
    : { kind: 'in-doubt', seconds: Math.ceil(remainingMs / 1000) };
}
