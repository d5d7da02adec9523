import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../tools/build/bundle.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const outdir = `${root}dist/bundle`;

/** Names the sources of the build in `dist/`. */
const builtFrom = `${root}dist/.built-from`;
const bundledFrom = `${outdir}/.bundled-from`;

/** The entry also exports the classes that tests change in a running broker (arm-fail-points.ts). */
const entry = `
  export { AttemptSightings } from './src/single-use/attempt-sightings.service.ts';
  export { FailPoints } from './src/single-use/fail-points.service.ts';
  import './src/main.ts';
`;

/** Bundles the broker as the build does. Returns the path of its entry. A bundle of the same sources is kept. */
export async function bundleBroker(): Promise<string> {
  const stamp = (await readFile(builtFrom, 'utf8')) + (await readFile(new URL(import.meta.url), 'utf8'));
  if ((await readFile(bundledFrom, 'utf8').catch(() => '')) === stamp) return `${outdir}/main.js`;
  await rm(outdir, { recursive: true, force: true });
  await bundle(outdir, {
    stdin: { contents: entry, resolveDir: root, sourcefile: 'main.js' },
    entryNames: 'main',
  });
  await writeFile(bundledFrom, stamp);
  return `${outdir}/main.js`;
}
