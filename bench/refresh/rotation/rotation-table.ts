import { toNumber, toTable } from '../../table.ts';
import { baselineName } from './contender.ts';
import type { Tally } from './tally.ts';

const titles = [
  'in flight',
  'client',
  'requests',
  'failed',
  'failed %',
  'token requests per rotation',
  'ratio',
  'sessions lost',
  'answered/s',
  'ratio',
];

/** One line per tally. Ratios are to the official client under the same load. */
export function toRotationTable(tallies: readonly Tally[], rounds: number): string {
  const rows = tallies.map(tally => {
    const baseline = tallies.find(
      ({ name, inFlight }) => name === baselineName && inFlight === tally.inFlight,
    );
    return [
      tally.inFlight,
      tally.name,
      toNumber(tally.requests),
      tally.failed,
      toNumber((100 * tally.failed) / tally.requests, 1),
      toNumber(tally.tokenRequestsPerRotation, 1),
      toNumber(tally.tokenRequestsPerRotation / (baseline?.tokenRequestsPerRotation ?? Number.NaN), 2),
      `${tally.lost} of ${rounds}`,
      toNumber(tally.answersPerSecond),
      toNumber(tally.answersPerSecond / (baseline?.answersPerSecond ?? Number.NaN), 2),
    ];
  });
  return toTable(titles, rows);
}
