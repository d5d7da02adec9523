// The default import, because an old Node has the module but not these functions.
import nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Lets Node keep the compiled code beside the program, so that the next start need not compile it. Where the directory
 * cannot be written, such as in an image, starts only take longer.
 */
export function keepCompiledCode(): void {
  nodeModule.enableCompileCache(fileURLToPath(new URL('.compiled', import.meta.url)));
}

/** Writes what was compiled so far: a process that is killed would lose it. */
export function storeCompiledCode(): void {
  nodeModule.flushCompileCache();
}
