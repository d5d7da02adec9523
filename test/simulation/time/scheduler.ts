import { setImmediate as realTurn } from 'node:timers/promises';
import { type Actor, actAs, type Schedule, type Scheduled } from './actor.ts';
import { EventQueue } from './event-queue.ts';

/** What an event is called in the trace. */
export type OnStep = (at: number, actor: string, label: string) => void;

/**
 * The one queue of everything that happens, in virtual time. A step is one event: a timer, a statement, a message, an
 * operation of a disk. Between two steps all code runs until it waits.
 */
export class Scheduler implements Schedule {
  now = 0;
  steps = 0;
  readonly #queue = new EventQueue();
  readonly #waiting = new Map<Actor, Scheduled[]>();
  readonly #onStep: OnStep;
  #sequence = 0;
  #outside: Promise<unknown> = Promise.resolve();
  #pendingOutside = 0;

  constructor(onStep: OnStep = () => undefined) {
    this.#onStep = onStep;
  }

  schedule(actor: Actor, delayMs: number, label: string, run: () => void): Scheduled {
    const at = this.now + Math.max(0, delayMs);
    const event = { at, sequence: this.#sequence++, actor, label, run, isCancelled: false };
    this.#queue.push(event);
    return event;
  }

  sleep(actor: Actor, delayMs: number, label = 'sleep'): Promise<void> {
    return new Promise(resolve => {
      this.schedule(actor, delayMs, label, resolve);
    });
  }

  awaitOutside<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#pendingOutside++;
    const done = this.#outside.then(work);
    this.#outside = done.then(
      () => this.#pendingOutside--,
      () => this.#pendingOutside--,
    );
    return done;
  }

  /** Lets the events of an actor happen that waited while it was held. */
  release(actor: Actor, shiftMs = 0): void {
    if (shiftMs > 0) this.#queue.delay(actor, shiftMs);
    for (const event of this.#waiting.get(actor) ?? []) {
      event.at = this.now;
      this.#queue.push(event);
    }
    this.#waiting.delete(actor);
  }

  /** Runs events until `isDone`, and until nothing is left to happen. */
  async run(isDone: () => boolean): Promise<void> {
    await this.#settle();
    while (!isDone()) {
      const event = this.#queue.pop();
      if (!event) return;
      if (event.isCancelled || event.actor.state === 'gone') continue;
      if (event.actor.state === 'held') {
        this.#hold(event);
        continue;
      }
      this.now = Math.max(this.now, event.at);
      this.steps++;
      this.#onStep(this.now, event.actor.name, event.label);
      actAs(event.actor, event.run);
      await this.#settle();
    }
  }

  /** Forgets everything that will happen. */
  clear(): void {
    this.#queue.clear();
    this.#waiting.clear();
  }

  /** Lets all code run until it waits for an event. */
  async #settle(): Promise<void> {
    await realTurn();
    while (this.#pendingOutside > 0) {
      await this.#outside;
      await realTurn();
    }
  }

  #hold(event: Scheduled): void {
    const waiting = this.#waiting.get(event.actor);
    if (waiting) waiting.push(event);
    else this.#waiting.set(event.actor, [event]);
  }
}
