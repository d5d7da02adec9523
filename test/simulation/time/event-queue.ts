import type { Actor, Scheduled } from './actor.ts';

/** The events to come, in the order of their times. Events of one time keep the order of their making. A binary heap. */
export class EventQueue {
  readonly #heap: Scheduled[] = [];

  push(event: Scheduled): void {
    let index = this.#heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Removes the first event. */
  pop(): Scheduled | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (!last || first === last) return first;
    this.#heap[0] = last;
    let index = 0;
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let least = index;
      if (this.#isBefore(left, least)) least = left;
      if (this.#isBefore(right, least)) least = right;
      if (least === index) return first;
      this.#swap(index, least);
      index = least;
    }
  }

  /** Delays all events of an actor. */
  delay(actor: Actor, ms: number): void {
    for (const event of this.#heap) if (event.actor === actor) event.at += ms;
    this.#heap.sort((one, other) => one.at - other.at || one.sequence - other.sequence);
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #isBefore(one: number, other: number): boolean {
    const [first, second] = [this.#heap[one], this.#heap[other]];
    if (!first || !second) return false;
    return first.at < second.at || (first.at === second.at && first.sequence < second.sequence);
  }

  #swap(one: number, other: number): void {
    const [first, second] = [this.#heap[one], this.#heap[other]];
    if (!first || !second) return;
    this.#heap[one] = second;
    this.#heap[other] = first;
  }
}
