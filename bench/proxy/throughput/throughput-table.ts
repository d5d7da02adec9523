import { toNumber, toTable } from '../../table.ts';
import type { Contender } from '../contenders/contender.ts';
import type { ContenderKind } from './contenders.ts';
import { medianOfPairs, medianTurn, type Rounds } from './rounds.ts';
import type { Turn } from './turn.ts';

type Contenders = ReadonlyMap<ContenderKind, Contender>;

const perSecond = (turn: Turn): number => turn.perSecond;
const cpu = (turn: Turn): number => turn.cpu;

/** One line per contender. A ratio is the median of the ratios within each round. */
export function toThroughputTable(contenders: Contenders, rounds: Rounds): string {
  const titles = [
    'proxy',
    'requests/s',
    'p50, ms',
    'p99, ms',
    'CPU per request, µs',
    'its ratio to bare plus proof',
    'requests/s to bare plus proof',
    'to `fetchHandler`',
    'to `restore()`',
  ];
  const rows = [...contenders].map(([kind, { name }]) => [
    name,
    toNumber(medianTurn(rounds, kind, perSecond)),
    toNumber(
      medianTurn(rounds, kind, turn => turn.p50),
      1,
    ),
    toNumber(
      medianTurn(rounds, kind, turn => turn.p99),
      1,
    ),
    toNumber(medianTurn(rounds, kind, cpu)),
    toRatio(rounds, kind, 'proof', cpu),
    toRatio(rounds, kind, 'proof', perSecond),
    toRatio(rounds, kind, 'handler', perSecond),
    toRatio(rounds, kind, 'restore', perSecond),
  ]);
  return toTable(titles, rows);
}

/** The latencies at a constant rate, and the difference to the bare proxy with a proof. */
export function toHalfLoadTable(contenders: Contenders, rounds: Rounds, rate: number): string {
  const titles = [
    `proxy at ${toNumber(rate)} requests/s`,
    'p50, ms',
    'p99, ms',
    'added at p50, ms',
    'added at p99, ms',
    'CPU per request, µs',
  ];
  const rows = [...contenders].map(([kind, { name }]) => [
    name,
    toNumber(
      medianTurn(rounds, kind, turn => turn.p50),
      2,
    ),
    toNumber(
      medianTurn(rounds, kind, turn => turn.p99),
      2,
    ),
    toNumber(
      medianOfPairs(rounds, kind, 'proof', (turn, base) => turn.p50 - base.p50),
      2,
    ),
    toNumber(
      medianOfPairs(rounds, kind, 'proof', (turn, base) => turn.p99 - base.p99),
      2,
    ),
    toNumber(medianTurn(rounds, kind, cpu)),
  ]);
  return toTable(titles, rows);
}

function toRatio(
  rounds: Rounds,
  kind: ContenderKind,
  baseline: ContenderKind,
  figure: (turn: Turn) => number,
): string {
  const ratio = medianOfPairs(rounds, kind, baseline, (turn, base) => figure(turn) / figure(base));
  return Number.isNaN(ratio) ? '–' : toNumber(ratio, 2);
}
