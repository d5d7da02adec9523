import { setImmediate as realTurn, setTimeout as realPause } from 'node:timers/promises';
import { type Actor, actAs, type Schedule, type Scheduled } from './actor.ts';
import { EventQueue } from './event-queue.ts';

/** What an event is called in the trace. */
export type OnStep = (at: number, actor: string, label: string) => void;

/** How long an event waits for a statement of a real server. After that a lock is in its way. */
const STATEMENT_MS = 30;

/** How long later events wait for statements that a lock kept. */
const KEPT_STATEMENT_MS = 4;

/** How far time may go while a server works on a statement, in virtual milliseconds. */
const LEAP_MS = 50;

/** How long a statement without a lock in its way may take on a busy machine. */
const BUSY_STATEMENT_MS = 1_500;

/** How long it may take if nothing else is left to happen. */
const LAST_STATEMENT_MS = 30_000;

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
  readonly #statements = new Set<{ readonly done: Promise<unknown>; isKept: boolean }>();

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

  /**
   * Runs a statement at a real server. The next event waits for it, but not for the lock of another connection: only a
   * later event can release that.
   */
  async awaitStatement<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = work();
    const statement = { done: done.catch(() => undefined), isKept: false };
    this.#statements.add(statement);
    return done.finally(() => this.#statements.delete(statement));
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
      if (!event) {
        if (this.#statements.size === 0 || !(await this.#awaitAnyStatement(LAST_STATEMENT_MS))) return;
        await this.#settle();
        continue;
      }
      if (event.isCancelled || event.actor.state === 'gone') continue;
      if (event.actor.state === 'held') {
        this.#hold(event);
        continue;
      }
      if (await this.#isOvertaken(event)) {
        this.#queue.push(event);
        await this.#settle();
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
    while (this.#statements.size > 0 && (await this.#awaitStatements())) await realTurn();
  }

  /** Time does not leap while a server still works: it may only be busy. Returns whether a statement ended first. */
  async #isOvertaken({ at }: Scheduled): Promise<boolean> {
    if (this.#statements.size === 0 || at - this.now < LEAP_MS) return false;
    return this.#awaitAnyStatement(BUSY_STATEMENT_MS);
  }

  /** Returns whether a statement ended, so that its code may have gone on. */
  async #awaitStatements(): Promise<boolean> {
    const all = [...this.#statements];
    const ms = all.some(({ isKept }) => !isKept) ? STATEMENT_MS : KEPT_STATEMENT_MS;
    const isOver = await this.#awaitAnyStatement(ms);
    if (!isOver) for (const statement of all) statement.isKept = true;
    return isOver;
  }

  #awaitAnyStatement(limitMs: number): Promise<boolean> {
    const limit = new AbortController();
    const ended = Promise.race(Array.from(this.#statements, ({ done }) => done)).then(() => true);
    const late = realPause(limitMs, false, { signal: limit.signal }).catch(() => false);
    return Promise.race([ended, late]).finally(() => {
      limit.abort();
    });
  }

  #hold(event: Scheduled): void {
    const waiting = this.#waiting.get(event.actor);
    if (waiting) waiting.push(event);
    else this.#waiting.set(event.actor, [event]);
  }
}
