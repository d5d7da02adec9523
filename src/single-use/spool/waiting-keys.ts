/** Counts what waits for answers, by the ids that name an answer with dots between them. */
export class WaitingKeys {
  private readonly counts = new Map<string, number>();

  add(id: string): void {
    for (const key of id.split('.')) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  remove(id: string): void {
    for (const key of id.split('.')) {
      const left = (this.counts.get(key) ?? 0) - 1;
      if (left > 0) this.counts.set(key, left);
      else this.counts.delete(key);
    }
  }

  has(key: string): boolean {
    return this.counts.has(key);
  }
}
