import type { Started } from '../../../test/network/started.ts';
import { medianOf } from '../../median.ts';
import { toNumber, toTable } from '../../table.ts';
import type { Contender } from '../contenders/contender.ts';
import { startLatchkey } from '../contenders/latchkey.ts';
import { startSimpleProxy } from '../contenders/simple-proxies.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import { startStubPds } from '../pds/stub-pds.ts';
import { takeTurn } from '../throughput/turn.ts';
import { growthDuring } from './memory-watch.ts';
import { download, type StreamCall, upload } from './stream-calls.ts';

/** The first requests of any kind make a process grow. */
const warmUp = { connections: 8, seconds: 2 };
const nonceMs = 60_000;
const megabyte = 1_000_000;
const megabytes = 100;
const calls: Readonly<Record<string, StreamCall>> = { download, upload };

/** Speeds in MB/s and the growth of the proxy's memory in MiB, per round. */
type Measured = { speeds: number[]; growths: number[] };

/** Sends large streams through Latchkey and the bare proxy. Returns a table. */
export async function benchStreams({ rounds }: { rounds: number }, started: Started): Promise<string> {
  const pds = await started.start(() => startStubPds({ nonceMs }));
  const bare = await started.start(() => startSimpleProxy('bare', pds.url));
  const latchkey = await started.start(() => startLatchkey(pds.url));
  const generator = await started.start(startLoadGenerator);
  for (const proxy of [bare, latchkey]) await takeTurn(proxy, generator, warmUp);
  const rows = [];
  for (const [direction, call] of Object.entries(calls)) {
    const [base, own] = await measure([bare, latchkey], call, rounds);
    for (const [{ name }, measured] of [[bare, base] as const, [latchkey, own] as const]) {
      rows.push([`${direction} of ${megabytes} MB`, name, ...toCells(measured, base)]);
    }
  }
  const growth = 'memory grown in the first, MiB';
  return toTable(['stream', 'proxy', 'MB/s', 'ratio', growth, 'in a later one at most'], rows);
}

async function measure(
  proxies: readonly [Contender, Contender],
  call: StreamCall,
  rounds: number,
): Promise<[Measured, Measured]> {
  const measured: [Measured, Measured] = [
    { speeds: [], growths: [] },
    { speeds: [], growths: [] },
  ];
  for (let round = 0; round < rounds; round++) {
    for (const [index, { speeds, growths }] of measured.entries()) {
      const proxy = proxies[index] ?? proxies[0];
      const began = performance.now();
      growths.push(await growthDuring(proxy.pid, () => call(proxy, megabytes * megabyte)));
      speeds.push((1000 * megabytes) / (performance.now() - began));
    }
  }
  return measured;
}

function toCells({ speeds, growths }: Measured, base: Measured): string[] {
  const ratios = speeds.map((speed, round) => speed / (base.speeds[round] ?? Number.NaN));
  return [
    toNumber(medianOf(speeds)),
    toNumber(medianOf(ratios), 2),
    toNumber(growths[0] ?? Number.NaN, 1),
    growths.length > 1 ? toNumber(Math.max(...growths.slice(1)), 1) : '–',
  ];
}
