import { digestOf } from '../../crypto/secret.ts';
import type { CheckedProof } from '../../oauth/dpop/dpop-proof-check.ts';
import {
  decideRefreshOutcome,
  type RefreshOutcome,
  type UnreadBody,
} from '../../oauth/refresh/refresh-outcome.ts';
import { findIssuedRefreshToken, readTokenAnswer } from '../../oauth/refresh/token-answer.ts';
import type { Failure } from '../../single-use/token-use.ts';
import type { Fingerprint } from '../tokens/fingerprints.service.ts';
import type { AppRequest, ReceivedAnswer } from './issuer-requests.service.ts';
import type { IssuerAnswer, SentProof, TokenBinding, UseOutcome } from '../tokens/native-refresh.ts';

/** The use of a refresh token by an app, checked: only signing and sending are left. */
export type NativeUse = {
  readonly fingerprint: Fingerprint;
  readonly binding: TokenBinding;
  /** With the key that the binding names. */
  readonly request: AppRequest;
  readonly proof: CheckedProof;
};

/** How the transmission of an app's refresh ended. */
export type NativeOutcome =
  | { readonly kind: 'refreshed'; readonly answer: IssuerAnswer; readonly refreshToken: string | null }
  | { readonly kind: 'sign-again'; readonly answer: IssuerAnswer }
  | { readonly kind: 'refused'; readonly answer: IssuerAnswer }
  | NoTokens
  | (Failure & { readonly unread?: UnreadBody });

/** A complete response without tokens: the token may be sent again after a pause. */
type NoTokens = { readonly kind: 'no-tokens'; readonly cause: Error; readonly seconds: number };

/** The pause after a response without tokens, in seconds, unless the issuer asks for a longer one. */
const RESEND_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 15 * 60;

export function sentProofOf({ proof: { jti, nonce } }: NativeUse): SentProof {
  return { jti: digestOf(jti), nonce: nonce === undefined ? null : digestOf(nonce) };
}

/** Decides what an issuer's answer means for the token. */
export function decideOutcome({ answer, clockWasWrong, problem }: ReceivedAnswer): NativeOutcome {
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (isSuccess && !readTokenAnswer(answer.body)) return toUnread(answer, problem);
  if (!isSuccess && problem) return { kind: 'unknown', cause: problem };
  const outcome = decideRefreshOutcome(answer.status, answer.body, answer.headers);
  switch (outcome.kind) {
    case 'refreshed':
      return { kind: 'refreshed', answer, refreshToken: findIssuedRefreshToken(answer.body) };
    case 'unknown':
    case 'not-sent':
      return outcome;
    case 'no-tokens':
      return decideWithoutTokens(outcome);
    case 'sign-again':
      return { kind: 'sign-again', answer };
    case 'refused':
    case 'invalid-grant':
    case 'rejected': {
      // The broker signed for the wrong time. The next assertion is for the right one.
      const cause = new Error('The assertion was signed by another clock than the issuer has.');
      return clockWasWrong ? { kind: 'not-sent', cause } : { kind: 'refused', answer };
    }
  }
}

function toUnread({ status, headers, body }: IssuerAnswer, problem: unknown): NativeOutcome {
  const cause = problem ?? new Error(`The issuer answered ${status} without a token set.`);
  const unread = { status, contentType: headers['content-type'] ?? null, body: Buffer.from(body) };
  return { kind: 'unknown', cause, ...(body !== '' && { unread }) };
}

function decideWithoutTokens({
  cause,
  retryAfterSeconds = 0,
}: Extract<RefreshOutcome, { kind: 'no-tokens' }>): NativeOutcome {
  const seconds = Math.min(Math.max(RESEND_SECONDS, retryAfterSeconds), LONGEST_PAUSE_SECONDS);
  return { kind: 'no-tokens', cause, seconds };
}

/** Returns the outcome for the callers that wait. */
export function toUseOutcome(outcome: NativeOutcome, sent: SentProof): UseOutcome {
  if (outcome.kind === 'refreshed') return { kind: 'answered', answer: outcome.answer, sent };
  return outcome.kind === 'sign-again' ? { kind: 'refused', answer: outcome.answer } : outcome;
}
