import { type OwnNetwork, startNetwork } from '../network/network.ts';

// The loader keeps this folder's modules from suite to suite (tools/loader).
let started: Promise<OwnNetwork> | undefined;

/** Returns the network of this worker. Its suites use it in turn, and cause faults in it. */
export function networkOfWorker(): Promise<OwnNetwork> {
  return (started ??= startNetwork({ isWaitedFor: false }));
}
