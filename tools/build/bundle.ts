import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { compiledSources } from './compiled-sources.ts';
import { oneOfEachVersion } from './one-of-each-version.ts';

const assets = fileURLToPath(new URL('../../src/web/assets/', import.meta.url));

/** The package with a native part, and those that others load only where they are installed. */
const external = [
  'better-sqlite3',
  'pg-native',
  'class-transformer',
  'class-validator',
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
];

const alias = {
  '@nestjs/swagger': fileURLToPath(new URL('undocumented.ts', import.meta.url)),
  // @atproto-labs/fetch-node chooses one by Node's version, in a part that the broker does not call.
  undici_v6: 'undici',
  undici_v7: 'undici',
  undici_v8: 'undici',
};

/**
 * Bundles programs with all that they import into `outdir`, so that a start loads a few files instead of four
 * thousand. Names stay as they are, for stack traces.
 */
export async function bundle(
  outdir: string,
  programs: Pick<BuildOptions, 'entryPoints' | 'entryNames' | 'stdin'>,
): Promise<Metafile> {
  const { metafile } = await build({
    ...programs,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    external,
    alias,
    plugins: [compiledSources, oneOfEachVersion],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  await cp(assets, outdir, { recursive: true, filter: path => !path.endsWith('.ts') });
  return metafile;
}
