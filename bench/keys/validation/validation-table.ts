import { medianOf } from '../../median.ts';
import { toNumber, toTable } from '../../table.ts';
import type { Turn } from './turn.ts';

/** A kind of validation, with the results of Latchkey and the bare loop per round. */
export type Measured = {
  stored: number;
  asked: number;
  state: 'warm' | 'cold';
  latchkey: Turn[];
  bare: Turn[];
};

const perSecond = ({ perSecond }: Turn): number => perSecond;

/** One line per kind. A ratio is the median of the ratios within each round. */
export function toValidationTable(database: string, ways: readonly Measured[]): string {
  const rows = ways.map(way => {
    // The first of a state has the fewest keys.
    const fewest = ways.find(({ state }) => state === way.state) ?? way;
    return [
      way.state,
      toNumber(way.stored),
      toNumber(way.asked),
      toNumber(medianOf(way.latchkey.map(perSecond))),
      toNumber(medianOf(way.latchkey.map(({ cpu }) => cpu)), 1),
      toNumber(medianOf(way.bare.map(perSecond))),
      toNumber(medianOf(way.bare.map(({ cpu }) => cpu)), 1),
      toNumber(ratio(way.latchkey, way.bare), 2),
      toNumber(ratio(way.latchkey, fewest.latchkey), 2),
      toNumber(ratio(way.bare, fewest.bare), 2),
    ];
  });
  const titles = [
    database,
    'keys stored',
    'in use',
    'validations/s',
    'CPU, µs',
    'bare loop/s',
    'its CPU, µs',
    'to bare loop',
    'to 1,000 keys',
    'bare loop to 1,000 keys',
  ];
  return toTable(titles, rows);
}

function ratio(turns: readonly Turn[], bases: readonly Turn[]): number {
  return medianOf(
    turns.flatMap((turn, round) => {
      const base = bases[round];
      return base ? [turn.perSecond / base.perSecond] : [];
    }),
  );
}
