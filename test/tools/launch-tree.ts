import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../tools/launch/', import.meta.url));
const bin = fileURLToPath(new URL('../../bin/', import.meta.url));

export type Launched = {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
};

type LaunchOptions = {
  /** The rest of the PATH, after the tree's own `bin`. */
  path?: string;
  /** True to start it through a shell, as `npm run` does. */
  throughShell?: boolean;
  /** Gets the output so far, as it grows. */
  onOutput?: (output: { stdout: string; stderr: string }, launch: ChildProcess) => void;
};

/** Replaces npm: records its arguments and "installs" the contents of `packages/`. */
const npm = `#!/bin/sh
echo "$1" >> npm-calls
if [ -e slow ]; then sleep 1; fi
if [ -e stubborn ]; then trap '' TERM; sleep 5; touch finished; fi
if [ -e "fail-$1" ]; then echo "first words"; seq 100; echo "$1 went wrong" >&2; exit 9; fi
if [ "$1" = ci ]; then rm -rf node_modules; cp -R packages node_modules; cp package-lock.json node_modules/.package-lock.json; fi
`;

/** Replaces the build: records its run and "builds" the entry. */
const builder = `
import fs from 'node:fs';
fs.appendFileSync('builds', 'build\\n');
fs.mkdirSync('dist', { recursive: true });
fs.copyFileSync('src/main.ts', 'dist/main.js');
`;

/** A lock file with one package. */
export function lockOf(version: string): string {
  return JSON.stringify({ packages: { '': {}, 'node_modules/esbuild': { version } } });
}

/** A source tree with the real launch script, and a fake npm and build. */
export class LaunchTree {
  readonly directory = mkdtempSync(join(tmpdir(), 'latchkey-launch-'));

  static plant(): LaunchTree {
    const tree = new LaunchTree();
    cpSync(launcher, tree.path('tools/launch'), { recursive: true });
    cpSync(bin, tree.path('bin'), { recursive: true });
    tree.write(
      'package.json',
      JSON.stringify({ type: 'module', engines: { node: '>=22.19' }, allowScripts: { node: true } }),
    );
    tree.write('package-lock.json', lockOf('1.0.0'));
    tree.write('src/main.ts', 'console.log("hello", ...process.argv.slice(2));');
    tree.write('tools/build/main.ts', builder);
    tree.write('packages/esbuild/package.json', '{}');
    mkdirSync(tree.path('packages/node/bin'), { recursive: true });
    symlinkSync(process.execPath, tree.path('packages/node/bin/node'));
    tree.write('bin/npm', npm);
    chmodSync(tree.path('bin/npm'), 0o755);
    return tree;
  }

  copy(): LaunchTree {
    const copy = new LaunchTree();
    const options = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true };
    cpSync(this.directory, copy.directory, options);
    return copy;
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  /** Returns the lines of a file, none if there is no file. */
  lines(name: string): string[] {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8').trim().split('\n') : [];
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Launches `args` and waits for the end. */
  launch(
    args: readonly string[] = ['dist/main.js'],
    { path = '/usr/bin:/bin', throughShell = false, onOutput }: LaunchOptions = {},
  ): Promise<Launched> {
    const launch = [process.execPath, this.path('tools/launch/launch.mjs'), ...args];
    const [command = '', ...rest] = throughShell ? ['/bin/sh', '-c', 'exec "$0" "$@"', ...launch] : launch;
    const child = spawn(command, rest, {
      cwd: this.directory,
      env: { PATH: `${this.path('bin')}:${path}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', () => onOutput?.({ stdout, stderr }, child));
    }
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        resolve({ code, signal, stdout, stderr });
      });
    });
  }
}
