import { type OwnNetwork, startNetwork } from '../network/network.ts';

// The loader keeps the modules of this folder from suite to suite (tools/loader).
let started: Promise<OwnNetwork> | undefined;

/** Returns the network of this worker, in which its suites let faults happen, one suite after the other. */
export function networkOfWorker(): Promise<OwnNetwork> {
  return (started ??= startNetwork({ isWaitedFor: false }));
}
