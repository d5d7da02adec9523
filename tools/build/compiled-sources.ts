import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';
import type { Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Compiles our TypeScript with the options of .swcrc: esbuild does not write the types that Nest injects by. */
export const compiledSources: Plugin = {
  name: 'compiled-sources',
  setup(build) {
    build.onLoad({ filter: /\/(src|migrations)\/.*\.tsx?$/ }, async ({ path }) => {
      const { code } = await transformFile(path, { cwd: root, sourceMaps: false });
      return { contents: code, loader: 'js' };
    });
  },
};
