import type { NativeAppId } from '../../database/tables/id.ts';
import type { StoredAttempt } from '../../single-use/use-decision.ts';
import type { Fingerprint } from './fingerprints.service.ts';

/** The binding of a refresh token. A request that differs in any of it is refused here. */
export type TokenBinding = {
  readonly appId: NativeAppId;
  readonly issuer: string;
  /** Thumbprint of the DPoP key. */
  readonly jkt: string;
  /** The client key that the session started with. */
  readonly kid: string;
};

/** The parts of an issuer's answer that are kept, and returned to the callers that may have it. */
export type IssuerAnswer = {
  readonly status: number;
  /** The headers that clients use, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** An attempt that has sent the token. An attempt that only prepares has written nothing. */
export type SentAttempt = Exclude<StoredAttempt, { state: 'prepared' }>;

/** Digests of the proof that a request was sent with. The same proof does not get the answer again. */
export type SentProof = { readonly jti: string; readonly nonce: string | null };

/** A stored refresh token. */
export type KnownToken = {
  readonly fingerprint: Fingerprint;
  readonly binding: TokenBinding;
  readonly attempt: SentAttempt | null;
  /** The answer to its use, and the proof of that request. */
  readonly answered: { readonly answer: IssuerAnswer; readonly sent: SentProof } | null;
  /** The database's time of the read. */
  readonly readAt: Date;
};

/** Returns in what a request differs from the binding of its token, or `undefined`. */
export function findMismatch(
  binding: TokenBinding,
  shown: Omit<TokenBinding, 'kid'> & { readonly kid: string | undefined },
): keyof TokenBinding | undefined {
  if (shown.appId !== binding.appId) return 'appId';
  if (shown.issuer !== binding.issuer) return 'issuer';
  if (shown.jkt !== binding.jkt) return 'jkt';
  return shown.kid === undefined || shown.kid === binding.kid ? undefined : 'kid';
}

/** How the use of a token ended, for every caller that waits for it. */
export type UseOutcome =
  | { readonly kind: 'answered'; readonly answer: IssuerAnswer; readonly sent: SentProof }
  /** The issuer refused, and did not spend the token. */
  | { readonly kind: 'refused'; readonly answer: IssuerAnswer }
  /** Nothing was sent, or the request was refused for an error of the broker. It can be tried again. */
  | { readonly kind: 'not-sent'; readonly cause: unknown }
  /** The issuer's response holds no tokens. The token may be used again after this many seconds. */
  | { readonly kind: 'no-tokens'; readonly cause: unknown; readonly seconds: number }
  /** The request was sent and has no answer: the token may be spent. */
  | { readonly kind: 'unknown'; readonly cause: unknown }
  /** Another attempt is in doubt. The token may be used again after this many seconds. */
  | { readonly kind: 'in-doubt'; readonly seconds: number };

/**
 * Decides the outcome of a use that needs no attempt. A stored answer comes first, in any state of the token's attempt.
 * Returns `undefined` if the attempt decides.
 */
export function decideFinishedUse(
  { binding, answered }: Pick<KnownToken, 'binding' | 'answered' | 'attempt'>,
  requested: TokenBinding,
): UseOutcome | undefined {
  if (findMismatch(binding, requested))
    return { kind: 'not-sent', cause: new Error('The token was bound to something else meanwhile.') };
  return answered ? { kind: 'answered', ...answered } : undefined;
}
