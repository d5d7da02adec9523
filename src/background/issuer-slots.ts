const SLOTS_PER_ISSUER = 8;

/** Bounds how much of the background's work meets one issuer at a time. */
export class IssuerSlots {
  private readonly busy = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();

  async take<Result>(issuer: string, work: () => Promise<Result>): Promise<Result> {
    await this.enter(issuer);
    try {
      return await work();
    } finally {
      this.leave(issuer);
    }
  }

  private async enter(issuer: string): Promise<void> {
    const busy = this.busy.get(issuer) ?? 0;
    if (busy < SLOTS_PER_ISSUER) {
      this.busy.set(issuer, busy + 1);
      return;
    }
    // Whoever leaves hands its slot over.
    await new Promise<void>(resolve => {
      this.waiting.set(issuer, [...(this.waiting.get(issuer) ?? []), resolve]);
    });
  }

  private leave(issuer: string): void {
    const [next, ...rest] = this.waiting.get(issuer) ?? [];
    if (rest.length > 0) this.waiting.set(issuer, rest);
    else this.waiting.delete(issuer);
    if (next) {
      next();
      return;
    }
    const busy = (this.busy.get(issuer) ?? 1) - 1;
    if (busy > 0) this.busy.set(issuer, busy);
    else this.busy.delete(issuer);
  }
}
