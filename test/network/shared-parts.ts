import { Started } from './started.ts';

/** What the global setup has started and the global teardown stops; both run in one process. */
export const shared = new Started();
