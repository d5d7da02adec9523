/** Does work one after the other, in the order in which it was asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(work: () => Result | PromiseLike<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    // One's failure is not the next one's; whoever took the turn is told.
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
