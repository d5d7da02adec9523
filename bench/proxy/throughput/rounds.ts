import { medianOf } from '../../median.ts';
import type { Contender } from '../contenders/contender.ts';
import type { ContenderKind } from './contenders.ts';
import type { Turn } from './turn.ts';

/** The turns of each contender, indexed by round. */
export type Rounds = ReadonlyMap<ContenderKind, readonly Turn[]>;

/** Runs contenders in turns, so that other load on the machine affects all of them. */
export async function playRounds(
  contenders: ReadonlyMap<ContenderKind, Contender>,
  rounds: number,
  play: (contender: Contender) => Promise<Turn>,
): Promise<Rounds> {
  const turns = new Map<ContenderKind, Turn[]>([...contenders.keys()].map(kind => [kind, []]));
  for (let round = 0; round < rounds; round++) {
    // Alternates the order, so that a machine that gets busier does not always hit the last one.
    const order = round % 2 === 0 ? [...contenders] : [...contenders].toReversed();
    for (const [kind, contender] of order) turns.get(kind)?.push(await play(contender));
  }
  return turns;
}

/** Returns the median of a contender's figure over its turns, NaN without turns. */
export function medianTurn(rounds: Rounds, kind: ContenderKind, figure: (turn: Turn) => number): number {
  return medianOf((rounds.get(kind) ?? []).map(figure));
}

/** Returns the median over the rounds of a comparison of two contenders' turns. */
export function medianOfPairs(
  rounds: Rounds,
  kind: ContenderKind,
  baseline: ContenderKind,
  relate: (turn: Turn, base: Turn) => number,
): number {
  const bases = rounds.get(baseline) ?? [];
  return medianOf(
    (rounds.get(kind) ?? []).flatMap((turn, at) => (bases[at] ? [relate(turn, bases[at])] : [])),
  );
}
