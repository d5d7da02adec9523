import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { BrokerError } from '../../errors/broker-error.ts';
import { failAfter } from '../../waiting/fail-after.ts';
import { stopwatch } from '../../waiting/stopwatch.ts';
import { ConnectionError } from '../engine/connection-error.ts';
import type { DatabaseLimits } from '../engine/database-limits.ts';
import type { Dialect } from '../engine/dialect.ts';
import type { CommitMarkTable } from '../tables/commit-mark.ts';
import { CommitMarkId, newId } from '../tables/id.ts';
import type { Schema } from '../tables/schema.ts';
import { isConflict, isUnavailable, provesRollback } from './database-error.ts';

/** How long a mark is kept. Nothing asks for an outcome later than a few minutes after the COMMIT. */
const MARK_SECONDS = 24 * 60 * 60;

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/** The work of a transaction. It may run several times, so it tells nothing outside. */
export type TransactionWork<Result> = (transaction: Transaction<Schema>) => Promise<Result>;

/**
 * The database neither confirmed a COMMIT nor proved within the time limit that it failed: `DatabaseUnavailable`. What
 * the transaction stores may exist, so the caller must not undo its cause: not revoke a grant, for example.
 */
export class CommitInDoubt extends BrokerError {
  constructor(cause: unknown) {
    const message =
      'The database did not confirm this change, so it may be stored or not. Check its state, or repeat it in a moment.';
    super('DatabaseUnavailable', message, { cause, retryAfterSeconds: 5 });
  }
}

/**
 * Runs transactions whose outcome is known.
 *
 * Each transaction inserts a mark under an id that was made before it. If its COMMIT gets no answer, another connection
 * inserts the opposite mark under the same id. The primary key makes that insert wait for the end of the first
 * transaction, and admits only one of the two marks. So a COMMIT that is still on its way either comes first and is seen,
 * or fails.
 */
export class SettledTransactions {
  constructor(
    private readonly database: Kysely<Schema>,
    private readonly dialect: Dialect,
    private readonly limits: DatabaseLimits,
  ) {}

  /**
   * Runs a transaction again, after growing pauses, while a concurrent one or a lost connection ended it without a commit.
   *
   * @throws CommitInDoubt when its outcome cannot be known now. After every other error nothing was stored
   */
  run<Result>(work: TransactionWork<Result>): Promise<Result> {
    return this.repeat(() => this.tryMarked(work));
  }

  /** As {@link run} after a conflict, but without a mark: after a COMMIT without an answer the work may be stored. */
  runUnsettled<Result>(work: TransactionWork<Result>): Promise<Result> {
    return this.repeat(() => this.tryUnmarked(work));
  }

  private async repeat<Result>(run: () => Promise<Tried<Result>>): Promise<Result> {
    const elapsed = stopwatch();
    for (const pauses = growingPauses(); ;) {
      const tried = await run();
      if ('result' in tried) return tried.result;
      if (!tried.mayRepeat || elapsed() >= this.limits.repeatMs) throw tried.error;
      await pauses();
    }
  }

  private async tryUnmarked<Result>(work: TransactionWork<Result>): Promise<Tried<Result>> {
    try {
      return { result: await this.database.transaction().execute(work) };
    } catch (error) {
      return { error, mayRepeat: isConflict(error) };
    }
  }

  private async tryMarked<Result>(work: TransactionWork<Result>): Promise<Tried<Result>> {
    const id = newId(CommitMarkId);
    const reached: Reached<Result> = { begun: false };
    try {
      const result = await this.database.transaction().execute(async transaction => {
        await this.insertMark(id, 'committed', transaction);
        reached.begun = true;
        const done = { result: await work(transaction) };
        reached.commit = done;
        return done.result;
      });
      return { result };
    } catch (error) {
      // Without a COMMIT the database rolls back, whatever became of the connection.
      if (!reached.commit || provesRollback(error))
        return { error, mayRepeat: isConflict(error) || (reached.begun && error instanceof ConnectionError) };
      if (await this.isCommitted(id, error)) return reached.commit;
      return { error, mayRepeat: isUnavailable(error) };
    }
  }

  /** @throws CommitInDoubt when the database does not tell within the time limit */
  private async isCommitted(id: CommitMarkId, cause: unknown): Promise<boolean> {
    const elapsed = stopwatch();
    for (const pauses = growingPauses(); ;) {
      const leftMs = this.limits.settleMs - elapsed();
      if (leftMs <= 0) throw new CommitInDoubt(cause);
      const outcome = await failAfter(leftMs, this.settle(id), () => new CommitInDoubt(cause)).catch(
        () => undefined,
      );
      if (outcome) return outcome === 'committed';
      await pauses();
    }
  }

  /** Returns the outcome of a transaction. The insert waits for its end. */
  private async settle(id: CommitMarkId): Promise<CommitMarkTable['outcome']> {
    await this.insertMark(id, 'rolled_back', this.database);
    const mark = this.database.selectFrom('commit_mark').select('outcome').where('id', '=', id);
    return (await mark.executeTakeFirstOrThrow()).outcome;
  }

  private async insertMark(
    id: CommitMarkId,
    outcome: CommitMarkTable['outcome'],
    database: Kysely<Schema>,
  ): Promise<void> {
    await database
      .insertInto('commit_mark')
      .values({ id, outcome, expires_at: this.dialect.now(MARK_SECONDS) })
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute();
  }
}

/** How far a transaction came: whether it began, and its result once only the COMMIT was left. */
type Reached<Result> = { begun: boolean; commit?: { readonly result: Result } };

type Tried<Result> = { readonly result: Result } | { readonly error: unknown; readonly mayRepeat: boolean };

/** Returns a function that sleeps for a random part of a pause, which doubles with each call. */
function growingPauses(): () => Promise<void> {
  let longest = FIRST_PAUSE_MS;
  return async () => {
    await sleep(longest * Math.random());
    longest = Math.min(longest * 2, LONGEST_PAUSE_MS);
  };
}
