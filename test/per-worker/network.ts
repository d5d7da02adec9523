import { type OwnNetwork, startNetwork } from '../network/network.ts';

let started: Promise<OwnNetwork> | undefined;

/** Returns the network of this worker, without the faults of the suite before. Suites use it in turn. */
export async function networkOfWorker(): Promise<OwnNetwork> {
  const network = await (started ??= startNetwork({ isWaitedFor: false }));
  await network.disarmFaults();
  await network.resumePds();
  return network;
}
