import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export type SourceFile = {
  /** Below `src/`, such as `leases/lease.repository.ts`. */
  path: string;
  folder: string;
  text: string;
};

const root = fileURLToPath(new URL('../../src/', import.meta.url));

/** Every file of the product, without specs and what a browser loads. */
export const sourceFiles: readonly SourceFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(path => /\.tsx?$/.test(path) && !/\.spec\.tsx?$/.test(path))
  .sort()
  .map(path => ({ path, folder: dirname(path), text: readFileSync(`${root}${path}`, 'utf8') }));
