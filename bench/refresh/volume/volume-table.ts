import { type Cell, toNumber, toTable } from '../../table.ts';
import type { Consumption } from './deployment.ts';
import type { Pace, Progress } from './due-times.ts';
import type { IssuerReport } from './fake-issuer.ts';

export type VolumeOptions = { sessions: number; instances: number; window: number };

export type VolumeFigures = {
  barePerSecond: number;
  /** The brokers' usage before the first session fell due and after the last refresh. */
  before: Consumption;
  after: Consumption;
  progress: Progress;
  pace: Pace;
  report: IssuerReport;
};

const hourSeconds = 60 * 60;

export function toVolumeTable(options: VolumeOptions, figures: VolumeFigures): string {
  const rows = [...toPaceRows(options, figures), ...toCostRows(figures), ...toSafetyRows(options, figures)];
  return toTable(['brokers on one Postgres', toNumber(options.instances)], rows);
}

function toPaceRows({ sessions, window }: VolumeOptions, { pace, progress, barePerSecond }: VolumeFigures) {
  const perSecond = progress.refreshed / pace.seconds;
  const { median, p99, most } = pace.lateness;
  const rows: Cell[][] = [
    [`sessions that fall due ${window === 0 ? 'at once' : `within ${window} s`}`, toNumber(sessions)],
    ...(window === 0 ? [] : [['times as fast as within an hour', toNumber(hourSeconds / window, 1)]]),
    ['seconds from the first due to the last sent', toNumber(pace.seconds, 1)],
    ['refreshed per second', toNumber(perSecond)],
    ['a bare loop at the same issuer, per second', toNumber(barePerSecond)],
    [
      window === 0 ? 'ratio to the bare loop' : 'ratio to the bare loop (no more falls due)',
      toNumber(perSecond / barePerSecond, 2),
    ],
    ['seconds late: median', toNumber(median, 1)],
    ['seconds late: p99', toNumber(p99, 1)],
    ['seconds late: most', toNumber(most, 1)],
  ];
  return rows;
}

function toCostRows({ before, after, progress, pace, report }: VolumeFigures): Cell[][] {
  const processorMs = (1000 * (after.processorSeconds - before.processorSeconds)) / progress.refreshed;
  return [
    ['processor time of the brokers per refresh, ms', toNumber(processorMs, 1)],
    ['peak memory of the largest broker, MiB (idle)', toPeak(after.largestMiB, before.largestMiB)],
    ['peak memory of all brokers, MiB (idle)', toPeak(after.totalMiB, before.totalMiB)],
    ['largest burst at the issuer: refreshes at a time', toNumber(report.largestBurst)],
    ['largest burst at the issuer: refreshes in a second', toNumber(pace.busiestSecond)],
    [
      'token requests per refresh, with those for a nonce',
      toNumber(report.tokenRequests / progress.refreshed, 3),
    ],
  ];
}

function toSafetyRows({ sessions }: VolumeOptions, { progress, report }: VolumeFigures): Cell[][] {
  return [
    ['refresh tokens sent twice', toNumber(report.doubleRefreshes)],
    ['sessions not refreshed', toNumber(sessions - progress.refreshed)],
    ['sessions lost', toNumber(progress.lost + report.ended)],
  ];
}

function toPeak(peak: number, idle: number): string {
  return `${toNumber(peak)} (${toNumber(idle)})`;
}
