import { runWorld, type RunOptions, type WorldReport } from './run-world.ts';
import type { WorldSettings } from './world/world-settings.ts';

/** A shorter run that breaks the same promise. */
export type Shrunk = { readonly settings: WorldSettings; readonly report: WorldReport };

/**
 * Looks for the fewest happenings that still break the same promise, by leaving out halves, quarters and so on.
 *
 * @param deadline the time of this process's clock after which the best so far is returned
 */
export async function shrink(
  first: Shrunk,
  options: Pick<RunOptions, 'replacements' | 'database'>,
  deadline: number,
): Promise<Shrunk> {
  let best = first;
  const kept = (): number[] =>
    Array.from({ length: best.report.happenings }, (_, number) => number).filter(
      number => !best.settings.without.has(number),
    );
  for (let size = Math.ceil(kept().length / 2); size >= 1; size = Math.floor(size / 2)) {
    // From the end: what happened last matters most, so it is left out last.
    for (let start = 0; start < kept().length;) {
      if (performance.now() > deadline) return best;
      const chunk = kept().slice(start, start + size);
      const settings = { ...best.settings, without: new Set([...best.settings.without, ...chunk]) };
      const report = await runWorld(settings, options);
      if (report.violation?.kind === first.report.violation?.kind) best = { settings, report };
      else start += size;
    }
  }
  return best;
}
