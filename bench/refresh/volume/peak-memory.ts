import { readFile } from 'node:fs/promises';

/** The most memory that a process has held so far, in MiB (VmHWM); Linux only. */
export async function peakMemoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`process ${pid} does not tell its peak memory`);
  return Number(kibibytes) / 1024;
}
