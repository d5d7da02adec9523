import type { WholeAnswer } from '../../identity/outbound/guarded-exchange.ts';
import { decideRefreshOutcome, type RefreshOutcome } from './refresh-outcome.ts';
import { readTokenAnswer } from './token-answer.ts';

/**
 * Decides the outcome of a refresh from its answer. A 2xx with a whole token set is one, although its body was longer than
 * told, or not in the coding that its headers name.
 */
export function decideAnswerOutcome(answer: WholeAnswer): RefreshOutcome {
  const { status, headers, body, problem } = answer;
  const text = new TextDecoder().decode(body);
  if (isSuccess(status)) {
    const tokens = readTokenAnswer(text);
    if (tokens) return { kind: 'refreshed', tokens };
    const cause = problem ?? new Error(`The issuer answered ${status} without a token set.`);
    const unread = { status, contentType: headers.get('content-type'), body };
    return { kind: 'unknown', cause, ...(body.length > 0 && { unread }) };
  }
  if (problem) return { kind: 'unknown', cause: problem };
  return decideRefreshOutcome(status, text, Object.fromEntries(headers));
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
