import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from '../../../test/network/child.ts';
import type { Load, LoadResult } from './load.ts';

const loadProcess = fileURLToPath(new URL('load-process.ts', import.meta.url));

/** A load generator in a process of its own. */
export type LoadGenerator = {
  /** @param signal ends the load early, with the results so far */
  run: (load: Load, signal?: AbortSignal) => Promise<LoadResult>;
  stop: () => Promise<unknown>;
};

export async function startLoadGenerator(): Promise<LoadGenerator> {
  const child = new Child([loadProcess], {});
  const nextMessage = async (): Promise<unknown> => {
    const [message] = (await Promise.race([once(child.childProcess, 'message'), endedEarly(child)])) as [
      unknown,
    ];
    return message;
  };
  await nextMessage();
  return {
    run: async (load, signal) => {
      const end = (): void => {
        child.childProcess.send('end');
      };
      child.childProcess.send(load);
      signal?.addEventListener('abort', end);
      if (signal?.aborted) end();
      try {
        return (await nextMessage()) as LoadResult;
      } finally {
        signal?.removeEventListener('abort', end);
      }
    },
    stop: () => child.stop(),
  };
}

async function endedEarly(child: Child): Promise<never> {
  await child.exited;
  throw new Error(`the load generator ended:\n${child.lines.join('\n')}`);
}
