import { randomInt } from 'node:crypto';
import { readCommandLine, type CommandLine } from './command-line.ts';
import { type Mutant, mutants } from './mutants/mutants.ts';
import { describeFailure, describeRun } from './reports.ts';
import { runWorld, type WorldReport } from './run-world.ts';
import { shrink } from './shrink.ts';
import { Tally } from './world/tally.ts';
import type { Focus, WorldSettings } from './world/world-settings.ts';

/** How long a failure may be made shorter. */
const SHRINKING_MS = 60_000;

/** Runs worlds until steps or time are used up. Returns the exit code: 1 if a promise was broken. */
export async function simulate(args: readonly string[]): Promise<number> {
  const line = readCommandLine(args);
  const seed = line.seed ?? String(randomInt(1_000_000));
  process.stdout.write(`simulation: seed ${seed} on ${line.store}\n`);
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  const tally = new Tally();
  let [steps, worlds] = [0, 0];
  const isOver = (): boolean =>
    steps >= line.steps ||
    (line.seconds !== undefined && performance.now() - startedAt > line.seconds * 1_000);
  for (let number = line.world ?? 0; !isOver(); number++) {
    const settings = settingsOf(line, `${seed}/${number}`, number);
    const report = await runOne(settings, line);
    steps += report.steps;
    worlds++;
    tally.add(report.tally);
    if (line.world !== undefined) process.stdout.write(`trace ${report.digest}\n`);
    if (report.violation) return fail({ settings, report }, line);
    if (line.world !== undefined) break;
  }
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  process.stdout.write(
    describeRun({ seed, worlds, steps, elapsedMs, cpuMs: (user + system) / 1_000, tally }),
  );
  return 0;
}

function settingsOf(line: CommandLine, seed: string, number: number): WorldSettings {
  const { store, without, stepsPerWorld } = line;
  return {
    seed,
    store,
    without,
    omit: new Set(line.omit),
    focus: focusOf(line, number),
    steps: stepsPerWorld,
  };
}

function focusOf({ mutant, focus }: CommandLine, number: number): Focus {
  const all = Object.values(mutants);
  const chosen = focus === 'all' ? all[number % all.length] : mutants[focus ?? mutant ?? ''];
  return chosen?.focus ?? { weights: {} };
}

function mutantOf({ mutant }: CommandLine): Mutant | undefined {
  return mutant === undefined ? undefined : mutants[mutant];
}

function optionsOf(line: CommandLine): Pick<Mutant, 'replacements' | 'database'> | object {
  return mutantOf(line) ?? {};
}

function runOne(settings: WorldSettings, line: CommandLine): Promise<WorldReport> {
  const onLine = line.isTraced
    ? (text: string): void => {
        process.stdout.write(`${text}\n`);
      }
    : undefined;
  return runWorld(settings, { ...optionsOf(line), ...(onLine && { onLine }) });
}

async function fail(
  found: { readonly settings: WorldSettings; readonly report: WorldReport },
  line: CommandLine,
): Promise<number> {
  process.stdout.write(`${found.report.violation?.message ?? ''}\n`);
  if (line.isShrunk) {
    process.stdout.write(`looking for a shorter run, for ${SHRINKING_MS / 1_000} s at most …\n`);
    const options = optionsOf(line);
    const shrunk = await shrink(found, options, performance.now() + SHRINKING_MS);
    process.stdout.write(describeFailure(shrunk, line));
  } else process.stdout.write(describeFailure(found, line));
  return 1;
}
