import crypto from 'node:crypto';
import { currentActor } from './actor.ts';

type Filled = NodeJS.ArrayBufferView & object;

/** Lets the current actor draw its random numbers from its own seed. */
export function patchRandomness(): void {
  const real = {
    random: Math.random,
    randomBytes: crypto.randomBytes,
    randomUUID: crypto.randomUUID,
    getRandomValues: crypto.webcrypto.getRandomValues.bind(crypto.webcrypto),
  };
  Math.random = () => currentActor()?.random.fraction() ?? real.random();
  const bytes = (size: number): Buffer<ArrayBuffer> | undefined => {
    const actor = currentActor();
    if (!actor) return undefined;
    const filled = Buffer.alloc(size);
    actor.random.fill(filled);
    return filled;
  };
  const uuid = (): string | undefined => {
    const drawn = bytes(16);
    if (!drawn) return undefined;
    drawn[6] = ((drawn[6] ?? 0) & 0x0f) | 0x40;
    drawn[8] = ((drawn[8] ?? 0) & 0x3f) | 0x80;
    const hex = drawn.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
  const fill = <Values extends Filled>(values: Values): Values => {
    const actor = currentActor();
    if (!actor) return real.getRandomValues(values as never);
    actor.random.fill(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return values;
  };
  Object.assign(crypto, {
    randomBytes: (size: number, done?: (error: Error | null, bytes: Buffer<ArrayBuffer>) => void) => {
      const drawn = bytes(size);
      if (!drawn) return (real.randomBytes as (size: number, done?: unknown) => unknown)(size, done);
      if (!done) return drawn;
      queueMicrotask(() => {
        done(null, drawn);
      });
      return undefined;
    },
    randomUUID: () => uuid() ?? real.randomUUID(),
  });
  const prototype = Object.getPrototypeOf(crypto.webcrypto) as object;
  for (const [name, value] of [
    ['getRandomValues', fill],
    ['randomUUID', () => uuid() ?? real.randomUUID()],
  ] as const)
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
}
