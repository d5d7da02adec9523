import type { AttemptId } from '../database/tables/id.ts';

/** An attempt that was sent and has no stored answer. */
export type UnansweredAttempt = {
  readonly id: AttemptId;
  readonly sentAt: Date | null;
  /** The id that its answer has in a spool, alone or as one of several with dots between them. */
  readonly answerId: string;
  /** Records that its owner has no answer, and will not get one. Changes nothing once the attempt is over. */
  readonly markInDoubt: () => Promise<unknown>;
};

/** One kind of token whose answers are kept in spools. */
export type SpoolTenant = {
  /** Stores the answers that ended processes left in a directory. Those that cannot be stored stay. */
  replay(directory: string): Promise<unknown>;
  /** Lists the ids of the answers in a directory. */
  listAnswers(directory: string): Promise<readonly string[]>;
  /** Returns whether this process has an answer in hand that is not stored yet. */
  isDelivering(): boolean;
  /** Lists the attempts of an owner that were sent and have no stored answer. */
  listUnanswered(owner: string): Promise<readonly UnansweredAttempt[]>;
};
