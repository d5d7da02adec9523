import { setTimeout as sleep } from 'node:timers/promises';
import type { Started } from '../../../test/network/started.ts';
import { residentMemoryOf } from '../../process-usage.ts';
import { toNumber, toTable } from '../../table.ts';
import { startLatchkey } from '../contenders/latchkey.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import { startStubPds } from '../pds/stub-pds.ts';
import { takeTurn } from '../throughput/turn.ts';
import { slopeOf } from './slope.ts';

const nonceMs = 60_000;
const sessions = 1_000;
const looks = 20;

export type SoakOptions = { minutes: number; rate: number; connections: number };

/** Calls a broker at a constant rate for a long time and records its memory. Returns a table and a conclusion. */
export async function benchSoak(
  { minutes, rate, connections }: SoakOptions,
  started: Started,
): Promise<string> {
  const pds = await started.start(() => startStubPds({ nonceMs }));
  const generator = await started.start(startLoadGenerator);
  const broker = await started.start(() => startLatchkey(pds.url, { sessions }));
  const seconds = minutes * 60;
  const [memories, { answered, p99 }] = await Promise.all([
    watch(broker.pid, seconds),
    takeTurn(broker, generator, { connections, seconds, rate }),
  ]);
  // In the first half caches and heap grow to their size.
  const settled = memories.filter(([minute]) => minute >= minutes / 2);
  const table = toTable(
    ['minute', 'memory, MiB'],
    memories.map(([minute, memory]) => [toNumber(minute, 1), toNumber(memory, 1)]),
  );
  return (
    `${toNumber(answered)} requests of ${toNumber(sessions)} sessions at ${toNumber(rate)} per second, p99 ` +
    `${toNumber(p99, 1)} ms; in the second half the memory grew by ${toNumber(slopeOf(settled), 2)} MiB per ` +
    `minute.\n\n${table}`
  );
}

/** Returns the memory of a process in MiB, at equal intervals, by minutes. */
async function watch(pid: number, seconds: number): Promise<[number, number][]> {
  const memories: [number, number][] = [];
  const began = performance.now();
  for (let look = 1; look <= looks; look++) {
    await sleep((1000 * seconds * look) / looks - (performance.now() - began));
    memories.push([(performance.now() - began) / 60_000, await residentMemoryOf(pid)]);
  }
  return memories;
}
