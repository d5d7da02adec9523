import { readFile } from 'node:fs/promises';

/** What Linux counts a process's time in, on every machine that Node runs on. */
const ticksPerSecond = 100;

/** The most memory that a process has held so far, in MiB (VmHWM); Linux only. */
export async function peakMemoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`process ${pid} does not tell its peak memory`);
  return Number(kibibytes) / 1024;
}

/** The seconds that a process has had a processor for, in user and in system mode; Linux only. */
export async function processorSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything; user and system time are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
