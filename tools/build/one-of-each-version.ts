import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** The directory of a package, its name, and a path in it. */
const inPackage = /^(?<directory>.*\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+))(?<rest>\/.*)$/;

/** Marks our own question, which would otherwise come back here without an end. */
const own = Symbol('one-of-each-version');

/** Bundles one copy of a package of one version, however often npm has installed it. */
export const oneOfEachVersion: Plugin = {
  name: 'one-of-each-version',
  setup(build) {
    const first = new Map<string, string>();
    build.onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...place }) => {
      if (pluginData === own) return undefined;
      const found = await build.resolve(path, { ...place, pluginData: own });
      const { directory = '', name = '', rest = '' } = inPackage.exec(found.path)?.groups ?? {};
      if (found.external || directory === '') return found;
      const key = `${name}@${versionOf(directory)}`;
      if (!first.has(key)) first.set(key, directory);
      return { ...found, path: `${first.get(key) ?? directory}${rest}` };
    });
  },
};

function versionOf(directory: string): string {
  return (JSON.parse(readFileSync(`${directory}/package.json`, 'utf8')) as { version: string }).version;
}
