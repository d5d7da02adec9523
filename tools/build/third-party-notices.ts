import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

type Manifest = { readonly name: string; readonly version: string; readonly license?: string };

const packageDirectory = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
const licenceFile = /^(licen[cs]e|copying|notice)/i;

/**
 * Returns the names, versions and licences of the packages that a bundle contains.
 *
 * @throws Error if a package tells nothing about its licence
 */
export async function thirdPartyNotices({ inputs }: Metafile): Promise<string> {
  const directories = new Set(Object.keys(inputs).flatMap(input => packageDirectory.exec(input)?.[0] ?? []));
  const notices = new Map<string, string>();
  for (const directory of directories) {
    const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as Manifest;
    const title = `${manifest.name} ${manifest.version}`;
    notices.set(title, `${title}\n\n${await licenceOf(directory, manifest)}`);
  }
  const sorted = [...notices].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, notice]) => notice);
  const opening = `Latchkey contains these ${sorted.length} packages. Each has its own licence.`;
  return `${[opening, ...sorted].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

async function licenceOf(directory: string, { name, license }: Manifest): Promise<string> {
  const entries = await readdir(directory, { withFileTypes: true });
  const files = entries.filter(entry => entry.isFile() && licenceFile.test(entry.name));
  const texts = await Promise.all(files.map(file => readFile(join(directory, file.name), 'utf8')));
  if (texts.length > 0) return texts.map(text => text.trim()).join('\n\n');
  if (license === undefined) throw new Error(`${name} tells nothing about its licence`);
  return `Licence: ${license} (the package has no text of it)`;
}
