import type { AttemptId } from '../../database/tables/id.ts';
import type { SessionStatus } from '../../database/tables/oauth-session.ts';
import type { Timestamp } from '../../database/tables/timestamp.ts';
import type { SessionRow } from './session-row.ts';

/** The newest state of a session that this process stored or saw, as far as a row is compared with it. */
export type SessionMark = {
  readonly generation: number;
  /** SHA-256 of the refresh token. Null once it was erased. */
  readonly digest: string | null;
  /** When the grant was given, as ISO-8601 UTC text. A later one is another grant. */
  readonly grantedAt: string;
  /** When its tokens were refreshed, as ISO-8601 UTC text. Of two tokens of one generation the later one is newer. */
  readonly refreshedAt: string;
  /** True if the session was ended for good. */
  readonly isOver: boolean;
};

/** The part of a row that a mark is compared with. */
export type SeenRow = Omit<SessionMark, 'isOver'> & { readonly status: SessionStatus };

/**
 * `ahead`: the row is newer than the mark. `behind`: the database lost what the mark knows. `ended-behind`: it had lost that
 * when the session was ended, so only the older tokens are revoked.
 */
export type Standing = 'ahead' | 'same' | 'behind' | 'ended-behind';

/**
 * Compares a row with what this process knew before it read the row. A row is behind if its generation is lower, or has
 * another refresh token, or if the session was ended. A later grant is ahead in any generation: its owner gave it after
 * the database had lost the other.
 *
 * A process that did not know of the rollback may have led the old token to the same generation. Of two such states one is
 * behind and the other ahead, so that two journals do not replace each other's state for ever.
 */
export function decideStanding(row: SeenRow, mark: SessionMark | undefined): Standing {
  if (!mark) return 'ahead';
  if (isOver(row.status)) return decideEndedStanding(row, mark);
  if (mark.isOver) return 'behind';
  if (row.grantedAt > mark.grantedAt) return 'ahead';
  if (row.generation !== mark.generation) return row.generation > mark.generation ? 'ahead' : 'behind';
  // No rollback erases a token.
  if (row.digest === null || row.digest === mark.digest) return 'same';
  return isLater(row, mark) ? 'ahead' : 'behind';
}

function decideEndedStanding(row: SeenRow, mark: SessionMark): Standing {
  if (mark.isOver) return 'same';
  const isOfOneGrant = row.grantedAt === mark.grantedAt;
  return isOfOneGrant && lastGenerationOf(row) < mark.generation ? 'ended-behind' : 'ahead';
}

/** Returns the generation in which a session was ended. The end itself takes one more, and the revocation another. */
function lastGenerationOf({ status, generation }: SeenRow): number {
  return generation - (status === 'revoked' ? 2 : 1);
}

function isLater(row: SeenRow, mark: SessionMark): boolean {
  if (row.refreshedAt !== mark.refreshedAt) return row.refreshedAt > mark.refreshedAt;
  return row.digest !== null && mark.digest !== null && row.digest > mark.digest;
}

/** The last time that a refresh token of a session was sent, as the process knows that sent it. */
export type SentMark = {
  readonly generation: number;
  readonly attemptId: AttemptId;
  readonly owner: string;
  /** By the database's clock, as its row had it. */
  readonly sentAt: Timestamp;
  /** The failures of the session at that time. Giving the attempt up counts one more. */
  readonly failures: number;
};

/** The columns that tell whether a row has lost an attempt. */
export type AttemptColumns = Pick<
  SessionRow,
  'status' | 'generation' | 'attempt_id' | 'attempt_state' | 'failures'
>;

/**
 * Returns whether a row has lost an attempt that was sent: it has none, or has it as one that was only prepared, and none
 * of its generation was given up since.
 */
export function lacksSending(row: AttemptColumns, sent: SentMark | undefined): sent is SentMark {
  if (row.status !== 'active' || row.generation !== sent?.generation) return false;
  const isUnsent =
    row.attempt_state === null || (row.attempt_state === 'prepared' && row.attempt_id === sent.attemptId);
  return isUnsent && row.failures <= sent.failures;
}

/** Returns whether a status is final: a session that has it is never active again. */
export function isOver(status: SessionStatus): boolean {
  return status === 'revoking' || status === 'revoked';
}

/** How long the instances look for a newer state of a session that was rolled back. Each looks every five seconds. */
const CHECK_PATIENCE_MS = 10 * 60_000;

/** The columns of a session in check. */
export const IN_CHECK = { status: 'needs_check', reason: null } as const;

/** Returns whether the instances still look for a newer state of a session. */
export function isInCheck({ rolledBackAt }: { readonly rolledBackAt: Date | null }, now: Date): boolean {
  return rolledBackAt !== null && now.getTime() - rolledBackAt.getTime() < CHECK_PATIENCE_MS;
}
