import { databaseUnavailable } from '../engine/driver-error.ts';

/** Lets one at a time have something, strictly in the order of asking. */
export class TurnQueue {
  private readonly waiting: (() => void)[] = [];
  private taken = false;

  constructor(private readonly limitMs: number) {}

  /**
   * Resolves when it is the caller's turn, which lasts until `pass()`.
   *
   * Throws a BrokerError `DatabaseUnavailable` after the time limit: a transaction that waits for itself must show.
   */
  take(): Promise<void> {
    if (this.taken) return this.wait();
    this.taken = true;
    return Promise.resolve();
  }

  pass(): void {
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
