import type { WholeAnswer } from '../../identity/outbound/guarded-exchange.ts';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';
import { decideRefreshOutcome, type RefreshOutcome } from './refresh-outcome.ts';
import { readTokenAnswer } from './token-answer.ts';

/**
 * Decides the outcome of a refresh from its answer. A 2xx with a whole token set is one, although its body was longer than
 * told, or not in the coding that its headers name.
 *
 * @param origin the issuer's, for the error of a redirect
 */
export function decideAnswerOutcome(answer: WholeAnswer, origin: string): RefreshOutcome {
  const { status, headers, body, problem } = answer;
  const text = new TextDecoder().decode(body);
  if (isSuccess(status)) {
    const tokens = readTokenAnswer(text);
    if (tokens) return { kind: 'refreshed', tokens };
    const cause = problem ?? new Error(`The issuer answered ${status} without a token set.`);
    const unread = { status, contentType: headers.get('content-type'), body };
    return { kind: 'unknown', cause, ...(body.length > 0 && { unread }) };
  }
  const cause = problem ?? redirectOf(status, origin);
  return cause ? { kind: 'unknown', cause } : decideRefreshOutcome(status, text, headers.get('retry-after'));
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function redirectOf(status: number, origin: string): OutboundError | undefined {
  return status >= 300 && status < 400 ? new OutboundError('redirect', origin, true) : undefined;
}
