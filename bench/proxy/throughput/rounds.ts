import { medianOf } from '../../median.ts';
import type { Contender } from '../contenders/contender.ts';
import type { ContenderKind } from './contenders.ts';
import type { Turn } from './turn.ts';

/** The turns of each contender: those with the same index were in the same round. */
export type Rounds = ReadonlyMap<ContenderKind, readonly Turn[]>;

/** Lets contenders take turns, so that what else the machine does in a while meets all of them. */
export async function playRounds(
  contenders: ReadonlyMap<ContenderKind, Contender>,
  rounds: number,
  play: (contender: Contender) => Promise<Turn>,
): Promise<Rounds> {
  const turns = new Map<ContenderKind, Turn[]>([...contenders.keys()].map(kind => [kind, []]));
  for (let round = 0; round < rounds; round++) {
    // To and fro: a machine that gets busier is not always worst for the last one.
    const order = round % 2 === 0 ? [...contenders] : [...contenders].toReversed();
    for (const [kind, contender] of order) turns.get(kind)?.push(await play(contender));
  }
  return turns;
}

/** The median of a figure of a contender over its turns; NaN where it had none. */
export function medianTurn(rounds: Rounds, kind: ContenderKind, figure: (turn: Turn) => number): number {
  return medianOf((rounds.get(kind) ?? []).map(figure));
}

/** The median over the rounds of what two contenders' turns in one round have to do with each other. */
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
