import { Started } from './started.ts';

/** The parts that the global setup starts and the teardown stops, both in one process. */
export const shared = new Started();
