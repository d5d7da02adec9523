import type { JWK } from 'jose';
import { isRecoverable } from '../stored/session.ts';
import type { StoredSession } from '../stored/session.repository.ts';
import type { SessionSecrets } from '../stored/session-secrets.service.ts';
import type { SpooledAnswer } from './answer-spool.service.ts';

/**
 * The place of an answer in its session. `awaited`: the session lacks it. `stored`: the session has it, or had it.
 * `superseded`: the session was ended or reconnected meanwhile.
 */
export type AnswerPlace = 'awaited' | 'stored' | 'superseded';

type AnsweredSession = Pick<StoredSession, 'status' | 'reason' | 'generation' | 'secrets'>;

/**
 * Decides the place of an answer. No clock is compared: the DPoP key, which every grant has its own of, tells whether
 * session and answer are of one grant, and a generation has one successor.
 *
 * A row of an earlier generation than the answer's is of a database that was rolled back, and lacks the answer.
 */
export function decideAnswerPlace(
  { status, reason, generation, secrets }: AnsweredSession,
  answer: Pick<SpooledAnswer, 'generation' | 'dpopKey' | 'tokens'>,
): AnswerPlace {
  if (!secrets || !isSameKey(secrets.dpopKey, answer.dpopKey)) return 'superseded';
  if (status === 'active' || status === 'needs_check')
    return generation <= answer.generation ? 'awaited' : 'stored';
  if (holds(secrets, answer.tokens)) return 'stored';
  const given = answer.generation + 1;
  if (status === 'needs_reauth' && isRecoverable(reason) && generation <= given) return 'awaited';
  // Only a stored answer leads a session that needs its owner beyond the next generation.
  return status === 'needs_reauth' && generation > given ? 'stored' : 'superseded';
}

function isSameKey(a: JWK, b: JWK): boolean {
  return a.x === b.x && a.y === b.y;
}

function holds(secrets: SessionSecrets, { accessToken, refreshToken }: SpooledAnswer['tokens']): boolean {
  return (
    secrets.accessToken === accessToken && (refreshToken === null || secrets.refreshToken === refreshToken)
  );
}
