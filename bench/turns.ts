/** Runs work one at a time, in order. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(work: () => Result | PromiseLike<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    // A failure reaches only its own caller.
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
