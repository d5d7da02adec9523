import type { CommandLine } from './command-line.ts';
import { exceptions } from './rules/exceptions.ts';
import type { Shrunk } from './shrink.ts';
import type { Tally } from './world/tally.ts';

/** What a run without a violation has done. */
export type RunFacts = {
  readonly seed: string;
  readonly worlds: number;
  readonly steps: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly tally: Tally;
};

/** Returns the summary of a run. */
export function describeRun({ seed, worlds, steps, elapsedMs, cpuMs, tally }: RunFacts): string {
  const perSecond = (ms: number): string => Math.round((steps / ms) * 1_000).toLocaleString('en');
  return [
    `seed ${seed}: ${steps.toLocaleString('en')} steps in ${worlds} worlds, 0 violations`,
    `  rate: ${perSecond(elapsedMs)} steps a second, ${perSecond(cpuMs)} a second of one core`,
    '  happenings:',
    ...listOf(tally.happenings),
    '  losses that nobody could prevent:',
    ...(tally.exceptions.size === 0 ? ['    none'] : listOf(tally.exceptions)),
    '',
  ].join('\n');
}

/** Returns what is known of a failure: its last steps, its happenings, and how to see it again. */
export function describeFailure({ settings, report }: Shrunk, line: CommandLine): string {
  const happened = report.lines.filter(text => / {2}#\d+ /.test(text));
  const [seed = '', world = ''] = settings.seed.split('/');
  const again = [
    `npm run simulate -- --seed ${seed} --world ${world}`,
    ...(settings.store === 'postgres' ? ['--postgres'] : []),
    ...(settings.without.size > 0 ? [`--without ${toRanges(settings.without)}`] : []),
    ...(line.omit.length > 0 ? [`--omit '${line.omit.join(',')}'`] : []),
    ...(line.mutant === undefined ? [] : [`--mutant '${line.mutant}'`]),
    ...(line.focus === undefined ? [] : [`--focus '${line.focus}'`]),
  ].join(' ');
  return [
    'the end of the trace (step, seconds, process, what):',
    ...report.lines.slice(-Math.max(1, line.tail)),
    'the happenings of the run:',
    ...happened,
    `VIOLATION ${report.violation?.message ?? ''}`,
    `seen again by: ${again} --whole --trace`,
    '',
  ].join('\n');
}

function listOf(counts: ReadonlyMap<string, number>): string[] {
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `    ${String(count).padStart(7)}  ${name}${reasonOf(name)}`);
}

function reasonOf(name: string): string {
  return name in exceptions ? `: ${exceptions[name as keyof typeof exceptions]}` : '';
}

function toRanges(numbers: ReadonlySet<number>): string {
  const sorted = [...numbers].sort((one, other) => one - other);
  const ranges: [number, number][] = [];
  for (const number of sorted) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}
