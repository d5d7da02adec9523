import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { storeCompiledCode } from './compiled-code.ts';

/** The first requests after a start are served by then. */
const AFTER_MS = 1_000;

/** Gives the memory that only the start needed back to the system. */
export function settleMemorySoon(): void {
  setTimeout(settleMemory, AFTER_MS).unref();
}

function settleMemory(): void {
  storeCompiledCode();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NodeJS.GCFunction;
  setFlagsFromString('--no-expose-gc');
  // Any other flavor keeps the young generation as large as the start made it.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
