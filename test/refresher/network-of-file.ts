import { afterAll } from '@jest/globals';
import type { OwnNetwork } from '../network/network.ts';
import { networkOfWorker } from '../per-worker/network.ts';

let used: Promise<OwnNetwork> | undefined;

/** Returns a network that no other suite uses meanwhile, for faults. Its worker stops it. */
export function networkOfFile(): Promise<OwnNetwork> {
  return (used ??= networkOfWorker());
}

afterAll(async () => {
  const network = await used;
  await network?.disarmFaults();
  await network?.resumePds();
});
