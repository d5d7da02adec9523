const SLOTS_PER_ISSUER = 8;

/** Bounds how much of the background's work meets one issuer at a time. */
export class IssuerSlots {
  private readonly busy = new Map<string, number>();
  private readonly waiting = new Map<string, Set<() => void>>();

  /**
   * Does work when its issuer has a slot free, first come first served; work once begun keeps its slot to its end.
   *
   * @param patience ends the waiting for a slot
   * @returns what the work returns; `undefined` when it never began
   */
  async take<Result>(
    issuer: string,
    work: () => Promise<Result>,
    patience: AbortSignal,
  ): Promise<Result | undefined> {
    if (!(await this.enter(issuer, patience))) return undefined;
    try {
      return await work();
    } finally {
      this.leave(issuer);
    }
  }

  private async enter(issuer: string, patience: AbortSignal): Promise<boolean> {
    if (patience.aborted) return false;
    const busy = this.busy.get(issuer) ?? 0;
    if (busy < SLOTS_PER_ISSUER) {
      this.busy.set(issuer, busy + 1);
      return true;
    }
    // Whoever leaves hands its slot over.
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

  private leave(issuer: string): void {
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

  /** Answers whether it was still waiting. */
  private forget(issuer: string, takeOver: () => void): boolean {
    const queue = this.queueOf(issuer);
    const wasWaiting = queue.delete(takeOver);
    if (queue.size === 0) this.waiting.delete(issuer);
    return wasWaiting;
  }
}
