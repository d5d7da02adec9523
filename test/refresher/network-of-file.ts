import { afterAll } from '@jest/globals';
import { type OwnNetwork, startNetwork } from '../network/network.ts';

let started: Promise<OwnNetwork> | undefined;

/** The network of all the suites of a test file: no other file uses it, and to start one takes seconds. */
export function networkOfFile(): Promise<OwnNetwork> {
  return (started ??= startNetwork());
}

afterAll(async () => {
  const network = await started;
  await network?.stop();
});
