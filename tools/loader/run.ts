// Runs a TypeScript program of this project from its source: node tools/loader/run.ts <program> [arguments]
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';
import { hookTypeScript } from './typescript-hooks.ts';

hookTypeScript({
  // The options are those of .swcrc, as for jest.
  compile: url => {
    const filename = fileURLToPath(url);
    return transformSync(readFileSync(filename, 'utf8'), { filename }).code;
  },
});
const [node = '', , program, ...rest] = process.argv;
if (program === undefined) throw new Error('usage: run.ts <program> [arguments]');
const path = resolve(program);
// The program gets the command line that it would have by itself.
process.argv = [node, path, ...rest];
await import(pathToFileURL(path).href);
