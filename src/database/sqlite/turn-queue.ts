import { databaseUnavailable } from '../engine/driver-error.ts';

/** Gives turns to its callers, one at a time and in the order of their requests. */
export class TurnQueue {
  private readonly waiting: (() => void)[] = [];
  private taken = false;

  constructor(private readonly limitMs: number) {}

  /**
   * Resolves when the caller's turn starts. It lasts until {@link passTurn}.
   *
   * @throws BrokerError `DatabaseUnavailable` after the time limit, so that a transaction that waits for itself fails
   */
  acquireTurn(): Promise<void> {
    if (this.taken) return this.wait();
    this.taken = true;
    return Promise.resolve();
  }

  /** Ends the current turn and starts the next one. */
  passTurn(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.taken = false;
  }

  private wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(start), 1);
        reject(databaseUnavailable('The database was busy with another transaction for too long.'));
      }, this.limitMs);
      this.waiting.push(start);
    });
  }
}
