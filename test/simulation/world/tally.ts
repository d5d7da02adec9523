/** Counts by name, for the summary of a run. */
export class Tally {
  readonly happenings = new Map<string, number>();
  readonly exceptions = new Map<string, number>();
  readonly outcomes = new Map<string, number>();

  count(topic: 'happenings' | 'exceptions' | 'outcomes', name: string, more = 1): void {
    this[topic].set(name, (this[topic].get(name) ?? 0) + more);
  }

  add(other: Tally): void {
    for (const topic of ['happenings', 'exceptions', 'outcomes'] as const)
      for (const [name, count] of other[topic]) this.count(topic, name, count);
  }
}
