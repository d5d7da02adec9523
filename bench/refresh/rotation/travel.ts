import type { Network } from '../../../test/network/network.ts';
import { calledPath } from './contender.ts';

/** Draws whole milliseconds below a limit, reproducibly by seed (mulberry32). */
export function drawTravels(count: number, limitMs: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limitMs);
  });
}

/** Delays the next requests to the PDS by these milliseconds, in order. */
export async function setTravels(network: Network, travels: readonly number[]): Promise<void> {
  const match = { server: 'pds', path: calledPath } as const;
  await network.disarmFaults();
  for (const milliseconds of travels) {
    await network.armFault({ match, effect: { kind: 'delay', moment: 'before', milliseconds }, times: 1 });
  }
}
