import type { Did } from '../../database/tables/did.ts';
import { untilAborted } from '../../waiting/until-aborted.ts';

/** Runs the exclusive uses of each account one after another, in the order of their calls. */
export class AccountTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** The number of accounts with a use that runs or waits. */
  get size(): number {
    return this.last.size;
  }

  /**
   * Runs `work` after all earlier uses of the account, whether these succeeded or failed.
   *
   * @param signal ends the wait for the turn, with its reason. Work that has started goes on.
   */
  async runInTurn<T>(did: Did, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.last.get(did) ?? Promise.resolve();
    const { promise: done, resolve: finish } = Promise.withResolvers<undefined>();
    this.enqueue(
      did,
      before.then(() => done),
    );
    try {
      await untilAborted(before, signal);
      signal?.throwIfAborted();
      return await work();
    } finally {
      finish(undefined);
    }
  }

  /** The next caller waits for this turn. A caller that gave up does not delay the queue. */
  private enqueue(did: Did, turn: Promise<unknown>): void {
    this.last.set(did, turn);
    void turn.then(() => {
      if (this.last.get(did) === turn) this.last.delete(did);
    });
  }
}
