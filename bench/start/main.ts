// Measures how soon the built broker is ready and what it holds when idle, in turns with another build.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCommandLine } from '../../test/network/command-line.ts';
import { medianOf } from '../median.ts';
import { toNumber, toTable } from '../table.ts';
import { type MeasuredStart, measureStart } from './measured-start.ts';
import { parseOptions, usage } from './options.ts';

const { against, rounds } = readCommandLine(usage, parseOptions);
const builds = [
  { name: 'other build', program: resolve(against) },
  { name: 'this build', program: fileURLToPath(new URL('../../dist/main.js', import.meta.url)) },
].map(build => ({
  ...build,
  directory: mkdtempSync(join(tmpdir(), 'latchkey-start-')),
  starts: [] as MeasuredStart[],
}));

try {
  // The first start makes the database and the compiled code, and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const { program, directory, starts } of builds) {
      const start = await measureStart(program, directory);
      if (round > 0) starts.push(start);
    }
  }
} finally {
  for (const { directory } of builds) rmSync(directory, { recursive: true, force: true });
}

const medians = builds.map(({ name, starts }) => {
  const of = (field: keyof MeasuredStart): number => medianOf(starts.map(start => start[field]));
  return { name, values: [of('readyMs'), of('cpuMs'), of('idleMebibytes')] };
});
const [other, own] = medians;
const ratios = own?.values.map((value, index) => value / (other?.values[index] ?? Number.NaN)) ?? [];
console.log(
  toTable(
    [`Median of ${rounds} starts`, 'Ready, ms', 'CPU until ready, ms', 'Idle memory, MiB'],
    [
      ...medians.map(({ name, values }) => [name, ...values.map(value => toNumber(value))]),
      ['ratio', ...ratios.map(ratio => toNumber(ratio, 2))],
    ],
  ),
);
