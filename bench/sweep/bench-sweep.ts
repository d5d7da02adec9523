import type { Started } from '../../test/network/started.ts';
import { startLoadGenerator } from '../proxy/load/load-generator.ts';
import { measureSweep, type SweepOptions, type SweepRun } from './measure-sweep.ts';
import type { DatabaseName } from './options.ts';
import { toSweepTable } from './sweep-table.ts';

/** Sweeps a million rows on each database in turn. Returns a table. */
export async function benchSweep(
  { databases, ...options }: SweepOptions & { databases: readonly DatabaseName[] },
  started: Started,
): Promise<string> {
  const generator = await started.start(startLoadGenerator);
  const runs: SweepRun[] = [];
  for (const database of databases) runs.push(await measureSweep(database, options, generator));
  return toSweepTable(runs);
}
