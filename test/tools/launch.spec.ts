import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import manifest from '../../package.json' with { type: 'json' };
import { LaunchTree, lockOf } from './launch-tree.ts';

const minuteMs = 60_000;
let tree: LaunchTree;

/** An entry that cleans up before it exits, and never runs for long. */
const tidyEntry = `
  const tidy = () => setTimeout(() => { console.log('tidied'); process.exit(3); }, 50);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, tidy);
  setTimeout(() => process.exit(9), 20_000);
  console.log('up');
`;

function killWhenUp(signal: NodeJS.Signals) {
  return ({ stdout }: { stdout: string }, launch: ChildProcess): void => {
    if (stdout === 'up\n') launch.kill(signal);
  };
}

function touch(name: string, shiftMs: number): void {
  const time = new Date(Date.now() + shiftMs);
  utimesSync(tree.path(name), time, time);
}

beforeEach(() => {
  tree = LaunchTree.plant();
});

afterEach(() => {
  tree.remove();
});

describe('a fresh clone', () => {
  it('is installed, built and run, and standard output belongs to the entry', async () => {
    const launched = await tree.launch(['dist/main.js', '--once', 'a b']);
    expect(launched).toMatchObject({ code: 0, stdout: 'hello --once a b\n' });
    expect(launched.stderr).toMatch(/installing the locked packages took \d+ s/);
    expect(launched.stderr).toMatch(/building took \d+ s/);
    expect(tree.lines('npm-calls')).toEqual(['ci', 'rebuild']);
    expect(existsSync(tree.path('.launching'))).toBe(false);
  });

  it('is only installed with --install-only, and built with --build-only', async () => {
    expect(await tree.launch(['--install-only'])).toMatchObject({ code: 0, stdout: '' });
    expect(existsSync(tree.path('dist'))).toBe(false);
    expect(await tree.launch(['--build-only'])).toMatchObject({ code: 0, stdout: '' });
    expect(tree.lines('builds')).toHaveLength(1);
  });

  it('is installed and not built for an entry after --no-build', async () => {
    tree.write('tools/entry.mjs', 'console.log("hello", ...process.argv.slice(2));');
    expect(await tree.launch(['--no-build', 'tools/entry.mjs', '--once'])).toMatchObject({
      code: 0,
      stdout: 'hello --once\n',
    });
    expect(existsSync(tree.path('dist'))).toBe(false);
  });

  it('is installed and built once by two launches at the same time', async () => {
    tree.write('slow', '');
    const both = await Promise.all([tree.launch(), tree.launch()]);
    expect(both.map(launched => launched.stdout)).toEqual(['hello\n', 'hello\n']);
    expect(both.map(launched => launched.stderr).join('')).toMatch(
      /waiting, because process \d+ on \S+ is installing since \S+ \(if that process no longer runs, remove /,
    );
    expect(tree.lines('npm-calls')).toEqual(['ci', 'rebuild']);
    expect(tree.lines('builds')).toHaveLength(1);
  });

  it('names the process that died with the lock, and continues', async () => {
    const { pid } = spawnSync('true');
    tree.write('.launching', `process ${pid} on ${hostname()} is building since yesterday\n`);
    const { code, stdout, stderr } = await tree.launch();
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'hello\n' });
    expect(stderr).toContain(
      `process ${pid} on ${hostname()} is building since yesterday, but that process is gone`,
    );
  });

  it.each([
    ['of another machine', `process 1 on elsewhere.${hostname()} is building since yesterday`],
    ['that names no process', 'something else'],
  ])('waits for a lock %s until it is removed', async (_, line) => {
    tree.write('.launching', `${line}\n`);
    const { code, stderr } = await tree.launch(undefined, {
      onOutput: () => {
        rmSync(tree.path('.launching'), { force: true });
      },
    });
    expect(code).toBe(0);
    expect(stderr).toContain(`waiting, because ${line} (if that process no longer runs, remove `);
  });
});

describe('a prepared tree', () => {
  const prepared = LaunchTree.plant();

  beforeAll(async () => {
    await prepared.launch();
    rmSync(prepared.path('npm-calls'));
    rmSync(prepared.path('builds'));
  });

  beforeEach(() => {
    tree.remove();
    tree = prepared.copy();
  });

  afterAll(() => {
    prepared.remove();
  });

  it.each<[string, () => void]>([
    ['nothing changed', () => undefined],
    [
      'a source has a new time and the old content',
      () => {
        touch('src/main.ts', minuteMs);
      },
    ],
    [
      'only a spec was written',
      () => {
        tree.write('src/main.spec.ts', '');
      },
    ],
    [
      'the lock file has a new time and the old content',
      () => {
        touch('package-lock.json', minuteMs);
      },
    ],
    [
      'only the launcher changed',
      () => {
        tree.write('tools/launch/notes.mjs', '');
      },
    ],
  ])('starts silently if %s', async (_, change) => {
    change();
    expect(await tree.launch()).toEqual({ code: 0, signal: null, stdout: 'hello\n', stderr: '' });
  });

  it.each(['src/main.ts', 'src/deep/new.ts', 'migrations/0002.ts', '.swcrc', 'tools/build/bundle.ts'])(
    'is built again, and not installed, when %s is written',
    async name => {
      tree.write(name, 'console.log("changed");');
      expect(await tree.launch()).toMatchObject({ code: 0 });
      expect(tree.lines('builds')).toHaveLength(1);
      expect(tree.lines('npm-calls')).toEqual([]);
    },
  );

  it('is built again when the built entry is gone', async () => {
    rmSync(tree.path('dist'), { recursive: true });
    expect(await tree.launch()).toMatchObject({ code: 0, stdout: 'hello\n' });
    expect(tree.lines('builds')).toHaveLength(1);
  });

  it('is installed again when the lock file names another version', async () => {
    tree.write('package-lock.json', lockOf('1.0.1'));
    expect(await tree.launch()).toMatchObject({ code: 0, stdout: 'hello\n' });
    expect(tree.lines('npm-calls')).toEqual(['ci', 'rebuild']);
  });
});

describe('a failing launch', () => {
  it.each(['ci', 'rebuild'])(
    "shows the end of npm's output if npm %s fails, and retries at the next launch",
    async step => {
      tree.write(`fail-${step}`, '');
      const failed = await tree.launch();
      expect(failed).toMatchObject({ code: 1, stdout: '' });
      expect(failed.stderr).toMatch(/ failed:\nfirst words\n/);
      expect(failed.stderr).toContain(`\n100\n${step} went wrong\n`);
      expect(failed.stderr).not.toContain('\n50\n');
      rmSync(tree.path(`fail-${step}`));
      expect(await tree.launch()).toMatchObject({ code: 0, stdout: 'hello\n' });
    },
  );

  it('installs nothing through a link, which would empty the tree that it leads to', async () => {
    tree.write('elsewhere/a-package/index.js', '');
    symlinkSync(tree.path('elsewhere'), tree.path('node_modules'));
    const { code, stderr } = await tree.launch();
    expect(code).toBe(1);
    expect(stderr).toContain('node_modules is a link');
    expect(tree.lines('npm-calls')).toEqual([]);
    expect(existsSync(tree.path('elsewhere/a-package/index.js'))).toBe(true);
  });

  it('says that npm is missing', async () => {
    rmSync(tree.path('bin/npm'));
    const { code, stderr } = await tree.launch(undefined, { path: tree.path('bin') });
    expect(code).toBe(1);
    expect(stderr).toContain('cannot run npm (ENOENT); install Node with its npm');
  });

  it('ends soon when it is interrupted, even if npm takes its time, and starts again later', async () => {
    tree.write('stubborn', '');
    const interrupted = await tree.launch(undefined, {
      onOutput: ({ stderr }, launch) => {
        if (stderr.endsWith('installing the locked packages\n')) launch.kill('SIGTERM');
      },
    });
    expect(interrupted.code).toBe(1);
    expect(interrupted.stderr).toContain('installing the locked packages was interrupted');
    expect(existsSync(tree.path('finished'))).toBe(false);
    rmSync(tree.path('stubborn'));
    expect(await tree.launch()).toMatchObject({ code: 0, stdout: 'hello\n' });
  });

  it('says which Node is needed if the installed one does not run', async () => {
    rmSync(tree.path('packages/node'), { recursive: true });
    tree.write(
      'package.json',
      JSON.stringify({ type: 'module', engines: { node: '>=99.1' }, allowScripts: {} }),
    );
    const { code, stderr } = await tree.launch();
    expect(code).toBe(1);
    expect(stderr).toContain(`Node >=99.1 is needed; this is ${process.versions.node}`);
  });

  it('runs on the installed Node if that is new enough', async () => {
    rmSync(tree.path('packages/node'), { recursive: true });
    expect(await tree.launch()).toMatchObject({ code: 0, stdout: 'hello\n' });
  });

  it('prints its usage', async () => {
    expect(await tree.launch([])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^latchkey: usage: /),
    });
  });
});

describe("the entry's end", () => {
  it("passes the entry's exit code on", async () => {
    tree.write('src/main.ts', 'process.exit(7);');
    expect(await tree.launch()).toMatchObject({ code: 7, signal: null });
  });

  it('ends by the signal that ended the entry', async () => {
    tree.write('src/main.ts', 'process.kill(process.pid, "SIGKILL");');
    expect(await tree.launch()).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'hands %s to the entry and waits for it',
    async signal => {
      tree.write('src/main.ts', tidyEntry);
      const launched = await tree.launch(undefined, { onOutput: killWhenUp(signal) });
      expect(launched).toMatchObject({ code: 3, signal: null, stdout: 'up\ntidied\n' });
    },
  );

  it("replaces npm's shell, which does not forward signals", async () => {
    const launches = Object.values(manifest.scripts).filter(script => script.includes('launch.mjs'));
    expect(launches.filter(script => !script.startsWith('exec node '))).toEqual([]);
    tree.write('src/main.ts', tidyEntry);
    const launched = await tree.launch(undefined, { throughShell: true, onOutput: killWhenUp('SIGTERM') });
    expect(launched).toMatchObject({ code: 3, signal: null, stdout: 'up\ntidied\n' });
  });
});
