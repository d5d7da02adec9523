import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The package and its version, as pip names them. */
export const SDK = 'atproto==0.0.73';
const INSTALL_MS = 120_000;

/** Kept between runs, beside the packages of this project. */
const cache = fileURLToPath(new URL(`../../node_modules/.cache/python/${SDK}`, import.meta.url));

/** A Python with the SDK, or why there is none. */
export type Python = { run(program: URL, ...args: string[]): Promise<string> } | { missing: string };

/** Installs the SDK into the cache, unless it is there. */
export async function preparePython(): Promise<Python> {
  try {
    await run('python3', ['-c', 'import sys; assert sys.version_info >= (3, 10)']);
    if (!existsSync(cache)) await install();
    return {
      run: async (program, ...args) => {
        const env = { ...process.env, PYTHONPATH: cache };
        return (await run('python3', [fileURLToPath(program), ...args], { env })).stdout;
      },
    };
  } catch (error) {
    return { missing: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}

/** A broken installation is not left behind. */
async function install(): Promise<void> {
  const unfinished = `${cache}.${process.pid}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', unfinished, SDK];
  try {
    await run('python3', pip, { timeout: INSTALL_MS });
    await rename(unfinished, cache);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
