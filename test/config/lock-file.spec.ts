import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

type Entry = { version?: string; optionalDependencies?: Record<string, string> };
type LockFile = { packages: Record<string, Entry> };

const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8');
const { packages } = JSON.parse(text) as LockFile;

/** Returns whether the package at `path` finds `name` in the lock file, in its own node_modules or one further up. */
function isLocked(path: string, name: string): boolean {
  if (packages[`${path === '' ? '' : `${path}/`}node_modules/${name}`] !== undefined) return true;
  return path !== '' && isLocked(path.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, ''), name);
}

describe('package-lock.json', () => {
  // npm leaves out packages that the registry lacks, and `npm ci` then refuses the whole file.
  it('names every optional package, for every platform', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(name => !isLocked(path, name)),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry', () => {
    expect(text).not.toMatch(/"resolved": "http/);
  });
});
