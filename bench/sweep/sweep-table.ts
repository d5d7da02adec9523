import type { LoadResult } from '../proxy/load/load.ts';
import { type Cell, toNumber, toTable } from '../table.ts';
import type { SweepRun } from './measure-sweep.ts';

/** One column per database. Ratios are to the same broker before its sweep. */
export function toSweepTable(runs: readonly SweepRun[]): string {
  const row = (title: string, figure: (run: SweepRun) => Cell): Cell[] => [title, ...runs.map(figure)];
  return toTable(
    ['', ...runs.map(({ database }) => (database === 'sqlite' ? 'SQLite' : 'Postgres'))],
    [
      row('rows swept per second', ({ rowsPerSecond }) => toNumber(rowsPerSecond)),
      row('validation p50, ms: before, during, after', toThree('p50')),
      row('validation p99, ms: before, during, after', toThree('p99')),
      row('p99 during to before', ({ during, before }) => toNumber(during.p99 / before.p99, 2)),
      row('validations during the sweep', ({ during }) => toNumber(during.answered)),
      row('answers that were not expected', run => toNumber(countFailed(run))),
      row('failed sweeps', ({ failedSweeps }) => toNumber(failedSweeps)),
      row('expired rows left', ({ left }) => toNumber(left.expired)),
      row('live rows left', ({ left }) => toNumber(left.live)),
    ],
  );
}

function toThree(percentile: 'p50' | 'p99'): (run: SweepRun) => string {
  return ({ before, during, after }) =>
    [before, during, after].map(result => toNumber(result[percentile], 1)).join(', ');
}

function countFailed({ before, during, after }: SweepRun): number {
  const counts = [before, during, after].flatMap(({ failed }: LoadResult) => Object.values(failed));
  return counts.reduce((sum, count) => sum + count, 0);
}
