import { toNumber, toTable } from '../../table.ts';
import type { ProfiledNode } from './cpu-profile.ts';
import { callerGroupOf, groupOf, placeOf } from './where.ts';

const leastShare = 0.005;
const functionsShown = 40;

/**
 * Returns tables of the broker's time, by owner and by function. `cpu` is the whole cost of a request in µs. Samples give
 * only shares, as they also count a process that waits for the processor.
 */
export function toProfileTables(nodes: readonly ProfiledNode[], cpu: number): string {
  const busy = nodes.filter(({ frame }) => frame.functionName !== '(idle)');
  const total = busy.reduce((sum, { self }) => sum + self, 0);
  const toCells = (microseconds: number): string[] => [
    toNumber((cpu * microseconds) / total, 1),
    `${toNumber((100 * microseconds) / total, 1)} %`,
  ];
  const self = sumBy(busy, ({ frame }) => groupOf(frame));
  const groups = [...sumBy(busy, callerGroupOf)].filter(([, sum]) => sum / total >= leastShare);
  const functions = [...sumBy(busy, ({ frame }) => `${groupOf(frame)}\n${placeOf(frame)}`)];
  return [
    toTable(
      ['module', 'with what Node does for it, µs per request', 'share', 'itself, µs per request', 'share'],
      groups
        .toSorted(([, a], [, b]) => b - a)
        .map(([group, sum]) => [group, ...toCells(sum), ...toCells(self.get(group) ?? 0)]),
    ),
    toTable(
      ['module', 'function', 'itself, µs per request', 'share'],
      functions
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, functionsShown)
        .map(([key, sum]) => [...key.split('\n'), ...toCells(sum)]),
    ),
  ].join('\n\n');
}

function sumBy(nodes: readonly ProfiledNode[], keyOf: (node: ProfiledNode) => string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const node of nodes) {
    const key = keyOf(node);
    sums.set(key, (sums.get(key) ?? 0) + node.self);
  }
  return sums;
}
