import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { type Actor, currentActor, type Scheduled } from './actor.ts';

/** Batches are written every second, mostly empty. In an hour of virtual time that would be most of the steps. */
const LEAST_INTERVAL_MS = 60_000;

type Callback = (...parameters: unknown[]) => void;

/** A timer of an actor. It looks like Node's. */
class SimulatedTimer {
  #event: Scheduled | undefined;

  constructor(
    private readonly actor: Actor,
    private readonly delayMs: number,
    private readonly label: string,
    private readonly callback: () => void,
    private readonly isRepeated: boolean,
  ) {
    this.refresh();
  }

  refresh(): this {
    this.cancel();
    this.#event = this.actor.scheduler.schedule(this.actor, this.delayMs, this.label, () => {
      if (this.isRepeated) this.refresh();
      this.callback();
    });
    return this;
  }

  cancel(): void {
    if (this.#event) this.#event.isCancelled = true;
  }

  close(): this {
    this.cancel();
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return false;
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}

/** Lets all timers of the current actor fire in its own time. */
export function patchTimers(): void {
  const real = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };
  const clear =
    (realClear: (timer: never) => void) =>
    (timer: unknown): void => {
      if (timer instanceof SimulatedTimer) timer.cancel();
      else realClear(timer as never);
    };
  const start =
    (realStart: (callback: Callback, delayMs?: number, ...rest: unknown[]) => unknown, isRepeated: boolean) =>
    (callback: Callback, delayMs = 0, ...rest: unknown[]): unknown => {
      const actor = currentActor();
      if (!actor) return realStart(callback, delayMs, ...rest);
      // Node turns 0 into 1 ms, and what it cannot count into 1 ms too.
      const due = delayMs >= 1 && delayMs <= 0x7fffffff ? delayMs : 1;
      if (isRepeated && due < LEAST_INTERVAL_MS)
        return new SimulatedTimer(
          actor,
          LEAST_INTERVAL_MS,
          'timer',
          () => {
            callback(...rest);
          },
          true,
        );
      return new SimulatedTimer(
        actor,
        due,
        'timer',
        () => {
          callback(...rest);
        },
        isRepeated,
      );
    };
  const patched = {
    setTimeout: start(real.setTimeout as never, false),
    setInterval: start(real.setInterval as never, true),
    setImmediate: (callback: Callback, ...rest: unknown[]): unknown => {
      const actor = currentActor();
      if (!actor) return real.setImmediate(callback, ...rest);
      return new SimulatedTimer(
        actor,
        0,
        'immediate',
        () => {
          callback(...rest);
        },
        false,
      );
    },
    clearTimeout: clear(real.clearTimeout),
    clearInterval: clear(real.clearInterval),
    clearImmediate: clear(real.clearImmediate),
  };
  Object.assign(globalThis, patched);
  Object.assign(timers, patched);
  patchPromises();
  patchAbortSignal();
}

function patchPromises(): void {
  const real = { setTimeout: timersPromises.setTimeout, setImmediate: timersPromises.setImmediate };
  type Options = { signal?: AbortSignal; ref?: boolean };
  const wait = (actor: Actor, delayMs: number, value: unknown, signal: AbortSignal | undefined): unknown =>
    new Promise((resolve, reject) => {
      const fail = (): void => {
        timer.cancel();
        reject(new DOMException('The operation was aborted', 'AbortError'));
      };
      const timer = new SimulatedTimer(
        actor,
        delayMs,
        'pause',
        () => {
          signal?.removeEventListener('abort', fail);
          resolve(value);
        },
        false,
      );
      if (signal?.aborted) fail();
      else signal?.addEventListener('abort', fail, { once: true });
    });
  Object.assign(timersPromises, {
    setTimeout: (delayMs = 0, value?: unknown, options: Options = {}): unknown => {
      const actor = currentActor();
      return actor ? wait(actor, delayMs, value, options.signal) : real.setTimeout(delayMs, value, options);
    },
    setImmediate: (value?: unknown, options: Options = {}): unknown => {
      const actor = currentActor();
      return actor ? wait(actor, 0, value, options.signal) : real.setImmediate(value, options);
    },
  });
}

function patchAbortSignal(): void {
  const realTimeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (delayMs: number): AbortSignal => {
    const actor = currentActor();
    if (!actor) return realTimeout(delayMs);
    const controller = new AbortController();
    const abort = (): void => {
      controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    };
    new SimulatedTimer(actor, delayMs, 'time limit', abort, false);
    return controller.signal;
  };
}
