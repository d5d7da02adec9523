import type { Did } from '../../database/tables/did.ts';
import { untilAborted } from '../../waiting/until-aborted.ts';

/** Lets the exclusive uses of each account follow one another, in the order in which they came. */
export class AccountTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** How many accounts are in use, or waited for. */
  get size(): number {
    return this.last.size;
  }

  /**
   * Runs `work` when the uses of the account that came before are over, however they ended.
   *
   * @param signal ends the waiting for the turn, with its reason, and nothing that has begun
   */
  async take<T>(did: Did, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.last.get(did) ?? Promise.resolve();
    const { promise: over, resolve: end } = Promise.withResolvers<undefined>();
    this.follow(
      did,
      before.then(() => over),
    );
    try {
      await untilAborted(before, signal);
      signal?.throwIfAborted();
      return await work();
    } finally {
      end(undefined);
    }
  }

  /** Whoever comes next waits for this; who has left the queue is waited for no longer than those before. */
  private follow(did: Did, turn: Promise<unknown>): void {
    this.last.set(did, turn);
    void turn.then(() => {
      if (this.last.get(did) === turn) this.last.delete(did);
    });
  }
}
