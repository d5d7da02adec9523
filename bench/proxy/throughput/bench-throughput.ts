import type { Started } from '../../../test/network/started.ts';
import type { Contender } from '../contenders/contender.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import { startStubPds } from '../pds/stub-pds.ts';
import { type ContenderKind, startContender } from './contenders.ts';
import { medianTurn, playRounds } from './rounds.ts';
import { toHalfLoadTable, toThroughputTable } from './throughput-table.ts';
import { takeTurn } from './turn.ts';

const nonceMs = 2_000;
/** The contenders whose latency is compared at a low rate. */
const atHalfLoad: readonly ContenderKind[] = ['proof', 'sqlite', 'postgres'];

export type ThroughputOptions = {
  rounds: number;
  seconds: number;
  connections: number;
  contenders: readonly ContenderKind[];
};

/** Compares throughput and latency of small queries. Returns two tables. */
export async function benchThroughput(
  { rounds, contenders: kinds, seconds, connections }: ThroughputOptions,
  started: Started,
): Promise<string> {
  const pds = await started.start(() => startStubPds({ nonceMs }));
  const generator = await started.start(startLoadGenerator);
  const turn = { seconds, connections };
  const contenders = new Map<ContenderKind, Contender>();
  for (const kind of kinds) contenders.set(kind, await started.start(() => startContender(kind, pds.url)));
  // The first round is a warm-up.
  await playRounds(contenders, 1, contender => takeTurn(contender, generator, turn));
  const full = await playRounds(contenders, rounds, contender => takeTurn(contender, generator, turn));
  const fullTable = toThroughputTable(contenders, full);
  const rate = Math.floor(medianTurn(full, 'proof', ({ perSecond }) => perSecond) / 2);
  const compared = new Map([...contenders].filter(([kind]) => atHalfLoad.includes(kind)));
  if (Number.isNaN(rate) || compared.size < 2) return fullTable;
  const half = await playRounds(compared, rounds, contender =>
    takeTurn(contender, generator, { ...turn, rate }),
  );
  return [fullTable, toHalfLoadTable(compared, half, rate)].join('\n\n');
}
