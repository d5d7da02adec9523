import { namedNetwork, type Network } from '../network/network.ts';

/** Returns the network of this worker, without the faults of the suite before. Suites use it in turn. */
export async function networkOfWorker(): Promise<Network> {
  const network = await namedNetwork(`worker ${process.env.JEST_WORKER_ID ?? ''}`);
  await network.disarmFaults();
  await network.resumePds();
  return network;
}
