/** Lets the exclusive uses of each account follow one another, in the order in which they came. */
export class AccountTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** @param signal ends the waiting for the turn */
  async take<T>(did: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.last.get(did) ?? Promise.resolve();
    const turn = before.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    const done = turn.then(nothing, nothing);
    this.last.set(did, done);
    void done.then(() => {
      if (this.last.get(did) === done) this.last.delete(did);
    });
    return signal ? Promise.race([turn, aborted(signal)]) : turn;
  }
}

function nothing(): void {
  return;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
}
