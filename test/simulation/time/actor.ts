import { AsyncLocalStorage } from 'node:async_hooks';
import type { Random } from './random.ts';

/** An event that will happen. */
export type Scheduled = {
  at: number;
  readonly sequence: number;
  readonly actor: Actor;
  readonly label: string;
  readonly run: () => void;
  isCancelled: boolean;
};

/** The queue of everything that happens. */
export type Schedule = {
  /** The true time, in milliseconds since the world began. */
  readonly now: number;
  /** Adds an event after a delay in milliseconds. The trace shows `label`. */
  schedule(actor: Actor, delayMs: number, label: string, run: () => void): Scheduled;
  /** Resolves after a time, for an actor. */
  sleep(actor: Actor, delayMs: number, label?: string): Promise<void>;
  /**
   * Runs work of the real machine, such as a signature. The next event waits for it, and two of them keep their order, so
   * the run stays the same.
   */
  awaitOutside<Result>(work: () => Promise<Result>): Promise<Result>;
};

/** The calls of `node:fs/promises`, by name. */
export type DiskCalls = {
  /** Runs a call on the actor's disk, or fails it. */
  run<Result>(call: string, path: string, work: () => Result): Promise<Result>;
};

/** A process of the world, with clocks of its own. Code that runs for it sees only these. */
export type Actor = {
  readonly name: string;
  readonly scheduler: Schedule;
  readonly random: Random;
  readonly disk: DiskCalls | undefined;
  /** `held`: suspended, so that its events wait. `gone`: ended, so that they never happen. */
  readonly state: 'running' | 'held' | 'gone';
  /** The name of its machine, if it is a broker. */
  readonly machine?: string;
  /** Since when it is frozen, by the true time. */
  readonly heldSince?: number | undefined;
  /** Milliseconds since its start. */
  monotonicMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
};

const current = new AsyncLocalStorage<Actor>();

/** Returns the actor for which the running code runs. Undefined outside of the simulation. */
export function currentActor(): Actor | undefined {
  return current.getStore();
}

/** Runs code for an actor. What it starts runs for the same one. */
export function actAs<Result>(actor: Actor, work: () => Result): Result {
  return current.run(actor, work);
}

/** Runs code outside of the simulation. */
export function actAsNobody<Result>(work: () => Result): Result {
  return current.exit(work);
}
