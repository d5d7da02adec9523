import { currentActor } from './actor.ts';

/** Lets `Date` and `performance.now` tell the time of the current actor. */
export function patchClocks(): void {
  const RealDate = Date;
  const realNow = RealDate.now.bind(RealDate);
  const realMonotonic = performance.now.bind(performance);
  const now = (): number => currentActor()?.wallMs() ?? realNow();

  const patched = function (this: unknown, ...parameters: unknown[]): unknown {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- Date() without `new` returns a text
    if (!new.target) return new RealDate(now()).toString();
    return Reflect.construct(RealDate, parameters.length === 0 ? [now()] : parameters, new.target);
  };
  for (const name of ['parse', 'UTC'] as const)
    Object.defineProperty(patched, name, { value: RealDate[name].bind(RealDate), configurable: true });
  Object.defineProperty(patched, 'now', { value: now, configurable: true, writable: true });
  Object.defineProperty(patched, 'name', { value: 'Date' });
  patched.prototype = RealDate.prototype;
  RealDate.prototype.constructor = patched;
  globalThis.Date = patched as unknown as DateConstructor;

  performance.now = () => currentActor()?.monotonicMs() ?? realMonotonic();
}
