import type * as Jest from '@jest/globals';
import type * as jestRuntime from 'jest-runtime';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { useGlobals } from './jest-globals.ts';
import { hookTypeScript } from './typescript-hooks.ts';

// The package's types are those of its CommonJS half.
const { default: JestRuntime } = createRequire(import.meta.url)('jest-runtime') as typeof jestRuntime.default;

type Arguments = ConstructorParameters<typeof JestRuntime>;

const native = {
  instrument: false,
  isInternalModule: false,
  supportsDynamicImport: true,
  supportsExportNamespaceFrom: true,
  supportsStaticESM: true,
  supportsTopLevelAwait: true,
};
const globalsUrl = new URL('jest-globals.ts', import.meta.url).href;

// State of the worker and not of a suite, as the modules are.
const sourceMaps = new Map<string, string>();
let isHooked = false;
let suites = 0;

/**
 * Loads suites as Node loads the product: with its own loader, and the product and its packages once per worker.
 * Loading these 3,800 modules for each suite anew, as jest does, took half of all the time.
 */
export default class NativeRuntime extends JestRuntime {
  readonly #console = globalThis.console;
  readonly #realm: object;

  constructor(...args: Arguments) {
    super(...args);
    const [, environment, , transformer, , coverage] = args;
    globalThis.console = environment.global.console;
    this.#realm = environment.global;
    if (isHooked) return;
    isHooked = true;
    endWithJest();
    hookTypeScript({
      compile: url => {
        const path = fileURLToPath(url);
        const compiled = transformer.transform(
          path,
          { ...native, ...coverage },
          fs.readFileSync(path, 'utf8'),
        );
        if (compiled.sourceMapPath !== null) sourceMaps.set(url, compiled.sourceMapPath);
        return compiled.code;
      },
      redirect: specifier => (specifier === '@jest/globals' ? globalsUrl : undefined),
      rename: url => (isSuite(url) ? `${url}?suite=${suites}` : url),
    });
  }

  override unstable_shouldLoadAsEsm(): boolean {
    return true;
  }

  override unstable_importModule(path: string): Promise<unknown> {
    suites += 1;
    useGlobals(this.requireModuleOrMock<typeof Jest>(path, '@jest/globals'));
    return import(pathToFileURL(path).href);
  }

  override getSourceMaps(): Map<string, string> {
    return sourceMaps;
  }

  override teardown(): void {
    super.teardown();
    forgetClosures(this.#realm);
    globalThis.console = this.#console;
  }
}

/** A block of tests, or a test, as jest-circus keeps it. */
type Block = { children?: Block[]; hooks?: { fn: unknown }[]; fn?: unknown };

/**
 * Drops the functions of a suite that has ended. Timers, sockets and the suite's module outlive it and hold the hook or
 * test that was running, and so every broker that it started: 5 MB for each suite.
 */
function forgetClosures(realm: object): void {
  const symbol = Object.getOwnPropertySymbols(realm).find(
    ({ description }) => description === 'JEST_STATE_SYMBOL',
  );
  const state = symbol && (Reflect.get(realm, symbol) as { rootDescribeBlock?: Block } | undefined);
  if (state?.rootDescribeBlock) forgetBlock(state.rootDescribeBlock);
}

function forgetBlock(block: Block): void {
  for (const child of block.children ?? []) forgetBlock(child);
  for (const hook of block.hooks ?? []) hook.fn = undefined;
  block.fn = undefined;
  block.children = [];
}

/**
 * Ends this worker as soon as jest stops listening to its parent. Left to itself, Node waits for what a suite still
 * holds, and takes a heap of many hundred MB apart. That exceeds the 500 ms that jest allows, and jest suspects a leak.
 */
function endWithJest(): void {
  process.on('removeListener', event => {
    if (event === 'message' && process.listenerCount('message') === 0) process.exit();
  });
}

/** Returns whether a module is loaded for one suite alone. All others stay loaded: what they keep is the worker's. */
function isSuite(url: string): boolean {
  return /\.spec\.tsx?$/.test(url);
}
