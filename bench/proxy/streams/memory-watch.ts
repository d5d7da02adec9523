import { setTimeout as sleep } from 'node:timers/promises';
import { residentMemoryOf } from '../../process-usage.ts';

const lookEveryMs = 10;

/** Returns the maximum growth of a process's memory during `work`, in MiB, measured from outside. */
export async function growthDuring(pid: number, work: () => Promise<void>): Promise<number> {
  const before = await residentMemoryOf(pid);
  let most = before;
  const progress = { isDone: false };
  const watch = async (): Promise<void> => {
    while (!progress.isDone) {
      most = Math.max(most, await residentMemoryOf(pid));
      await sleep(lookEveryMs);
    }
  };
  const watching = watch();
  try {
    await work();
  } finally {
    progress.isDone = true;
    await watching;
  }
  return most - before;
}
