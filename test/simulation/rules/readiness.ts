import type { BrokerProcess } from '../brokers/broker-process.ts';
import type { Disk } from '../disk/disk.ts';
import type { Machine } from '../world/machine.ts';

/** The spool is proved each minute. A proof may begin just before the trouble, and its process may be busy. */
export const NOTICED_MS = 2.5 * 60_000;

/** Returns what is wrong with a process that runs although its disk is in trouble, and does not say so at `/readyz`. */
export function findSilentTrouble({ disk, serving }: Machine, now: number): string | undefined {
  const since = Math.max(disk.troubleSince ?? Infinity, serving?.servingSince ?? Infinity);
  if (now - since < NOTICED_MS || serving?.degradations.includes('spool') !== false) return undefined;
  return `the disk of ${serving.name} is ${disk.trouble ?? 'well'}, and /readyz says ok`;
}

/** Returns what is wrong with a process that is ready although its disk was in trouble from its start on. */
export function findUnnoticedTrouble(
  { name, readiness, startedAt }: BrokerProcess,
  { trouble, troubleSince = Infinity }: Disk,
): string | undefined {
  return readiness === 'ready' && troubleSince <= startedAt
    ? `${name} is ready, and its disk is ${trouble ?? 'well'}`
    : undefined;
}
