// Builds what `npm pack` ships and `npm start` runs, into dist/.
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundle } from './bundle.ts';
import { compiledSources } from './compiled-sources.ts';
import { thirdPartyNotices } from './third-party-notices.ts';

const source = fileURLToPath(new URL('../../src/', import.meta.url));
const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

await rm(dist, { recursive: true, force: true });
const metafile = await bundle(dist, {
  entryPoints: { main: `${source}main.ts`, cli: `${source}cli.ts`, index: `${source}index.ts` },
});
await writeFile(`${dist}THIRD-PARTY-NOTICES.txt`, await thirdPartyNotices(metafile));
// Apart, because it runs in browsers too.
await build({
  entryPoints: { client: `${source}client/index.ts` },
  outdir: dist,
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  logLevel: 'error',
  plugins: [compiledSources],
});
