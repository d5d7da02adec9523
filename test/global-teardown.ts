import { shared } from './network/shared-parts.ts';

/** Stops what all suites shared. */
export default function tearDown(): Promise<void> {
  return shared.stop();
}
