import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const model = fileURLToPath(new URL('../../spec/refresh.pml', import.meta.url));

/**
 * How the verifier searches. `all`: depth first. `cycles`: the same for infinite runs. `shortest`: breadth first, up to
 * the first violation. Each stores whole states: hash compaction (`-DHC4`) misses one state in a thousand.
 */
export type Mode = 'all' | 'cycles' | 'shortest';

const compilerFlags: Record<Mode, readonly string[]> = {
  all: ['-O2', '-DSAFETY'],
  cycles: ['-O2', '-DNP', '-DNOFAIR'],
  shortest: ['-O1', '-DSAFETY', '-DBFS'],
};

const searchFlags: Record<Mode, readonly string[]> = { all: [], cycles: ['-l', '-n'], shortest: ['-n'] };

/** `violated`: the broken property, or what else Spin found. */
export type Search = {
  readonly states: number;
  readonly steps: number;
  readonly seconds: number;
  readonly violated?: string;
  /** The prints of the counterexample. */
  readonly story: readonly string[];
  /** Why the search proves less than it seems to. */
  readonly flaws: readonly string[];
};

/** Returns which of the programs that a search needs are missing. */
export async function findMissingPrograms(): Promise<string[]> {
  const programs = ['spin', 'gcc'];
  const runs = await Promise.all(
    programs.map(program => run(program, [program === 'gcc' ? '--version' : '-V'])),
  );
  return programs.filter((_, index) => runs[index]?.code !== 0);
}

/** Searches the model with some macros defined. */
export async function search(mode: Mode, macros: readonly string[], memoryMiB: number): Promise<Search> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-verify-'));
  const defines = macros.map(macro => `-D${macro}`);
  try {
    copyFileSync(model, join(directory, 'refresh.pml'));
    await mustRun('spin', ['-a', ...defines, 'refresh.pml'], directory);
    const flags = [...compilerFlags[mode], '-DNOREDUCE', `-DMEMLIM=${memoryMiB}`];
    await mustRun('gcc', [...flags, '-o', 'pan', 'pan.c'], directory);
    const since = performance.now();
    const { output } = await run('./pan', ['-m1000000', '-w24', ...searchFlags[mode]], directory);
    const seconds = (performance.now() - since) / 1000;
    const found = readSearch(output);
    if (!found.violated) return { ...found, seconds, story: [] };
    const replay = await run('spin', ['-t', '-T', ...defines, 'refresh.pml'], directory);
    return { ...found, seconds, story: readStory(replay.output) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readSearch(output: string): Omit<Search, 'seconds' | 'story'> {
  const states = Number(/([\d.e+]+) states, stored/.exec(output)?.[1] ?? NaN);
  const steps = Number(/depth reached (\d+)/.exec(output)?.[1] ?? NaN);
  const errors = Number(/errors: (\d+)/.exec(output)?.[1] ?? NaN);
  const violated = /assertion violated (\w+)/.exec(output)?.[1] ?? /^pan:\d+: (.*)/m.exec(output)?.[1];
  const flaws = [
    ...output.matchAll(/Search not completed|max search depth too small|out of memory|reached -DMEMLIM/g),
  ]
    .map(([flaw]) => flaw)
    .concat(
      [...output.matchAll(/refresh\.pml:\d+, state \d+, "(?!-end-)[^\n]*/g)].map(
        ([line]) => `unreached: ${line}`,
      ),
    );
  if (errors > 0) return { states, steps, violated: violated ?? 'something', flaws };
  return { states, steps, flaws: errors === 0 && states > 0 ? flaws : [...flaws, `no result: ${output}`] };
}

function readStory(output: string): string[] {
  const end = output.search(/^spin: /m);
  return (end < 0 ? output : output.slice(0, end))
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
}

async function mustRun(program: string, args: readonly string[], directory: string): Promise<void> {
  const { code, output } = await run(program, args, directory);
  if (code !== 0) throw new Error(`${program} failed:\n${output}`);
}

/** A program that is not installed has the code -1. */
async function run(
  program: string,
  args: readonly string[],
  directory?: string,
): Promise<{ code: number; output: string }> {
  const child = spawn(program, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number>(resolve => {
    child.once('error', () => {
      resolve(-1);
    });
    child.once('close', code => {
      resolve(code ?? -1);
    });
  });
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, output: output + errors };
}
