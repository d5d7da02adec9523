const SLOTS_PER_ISSUER = 8;

/** Limits the concurrent background refreshes per issuer. */
export class IssuerSlots {
  private readonly busy = new Map<string, number>();
  private readonly waiting = new Map<string, Set<() => void>>();

  /**
   * Runs work once its issuer has a free slot, in order of arrival. Releases the slot when the work has ended.
   *
   * @param patience ends the wait for a slot
   * @returns the result of the work, or undefined if it never began
   */
  async runInSlot<Result>(
    issuer: string,
    work: () => Promise<Result>,
    patience: AbortSignal,
  ): Promise<Result | undefined> {
    if (!(await this.acquireSlot(issuer, patience))) return undefined;
    try {
      return await work();
    } finally {
      this.releaseSlot(issuer);
    }
  }

  private async acquireSlot(issuer: string, patience: AbortSignal): Promise<boolean> {
    if (patience.aborted) return false;
    const busy = this.busy.get(issuer) ?? 0;
    if (busy < SLOTS_PER_ISSUER) {
      this.busy.set(issuer, busy + 1);
      return true;
    }
    // The next release hands its slot over.
    return new Promise<boolean>(resolve => {
      const takeOver = (): void => {
        resolve(true);
      };
      this.queueOf(issuer).add(takeOver);
      patience.addEventListener('abort', () => {
        if (this.forget(issuer, takeOver)) resolve(false);
      });
    });
  }

  private releaseSlot(issuer: string): void {
    const [next] = this.waiting.get(issuer) ?? [];
    if (next) {
      this.forget(issuer, next);
      next();
      return;
    }
    const busy = (this.busy.get(issuer) ?? 1) - 1;
    if (busy > 0) this.busy.set(issuer, busy);
    else this.busy.delete(issuer);
  }

  private queueOf(issuer: string): Set<() => void> {
    const queue = this.waiting.get(issuer) ?? new Set();
    this.waiting.set(issuer, queue);
    return queue;
  }

  /** Removes a waiter from the queue. Returns whether it was still waiting. */
  private forget(issuer: string, takeOver: () => void): boolean {
    const queue = this.queueOf(issuer);
    const wasWaiting = queue.delete(takeOver);
    if (queue.size === 0) this.waiting.delete(issuer);
    return wasWaiting;
  }
}
