import { readFile } from 'node:fs/promises';

/** Linux reports CPU times in ticks of 10 ms on every machine. */
const microsecondsPerTick = 10_000;
const namesOfMemory = { peak: 'VmHWM', resident: 'VmRSS' } as const;

/** The most memory that a process has held so far, in MiB (VmHWM); Linux only. */
export function peakMemoryOf(pid: number): Promise<number> {
  return memoryOf(pid, 'peak');
}

/** The memory that a process holds now, in MiB (VmRSS); Linux only. */
export function residentMemoryOf(pid: number): Promise<number> {
  return memoryOf(pid, 'resident');
}

/** The CPU time of all threads of a process so far, in µs; Linux only. */
export async function cpuTimeOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The program's name is in parentheses and may contain any character. The numbers follow it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [fields[11], fields[12]].map(Number);
  if (user === undefined || system === undefined)
    throw new Error(`process ${pid} does not tell its CPU time`);
  return (user + system) * microsecondsPerTick;
}

async function memoryOf(pid: number, kind: keyof typeof namesOfMemory): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kibibytes] = new RegExp(`^${namesOfMemory[kind]}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`process ${pid} does not tell its memory`);
  return Number(kibibytes) / 1024;
}
