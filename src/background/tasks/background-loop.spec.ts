import { describe, expect, it } from '@jest/globals';
import { BackgroundLoop } from './background-loop.ts';

const HOUR_MS = 60 * 60_000;

function ignore(): void {
  return;
}

describe('a background loop', () => {
  it('continues after a round that throws, synchronously or asynchronously', async () => {
    const errors: unknown[] = [];
    const third = Promise.withResolvers<number>();
    let rounds = 0;
    const work = (): Promise<unknown> => {
      rounds++;
      if (rounds === 1) throw new Error('at once');
      if (rounds === 2) return Promise.reject(new Error('later'));
      third.resolve(rounds);
      return Promise.resolve();
    };
    const loop = new BackgroundLoop(1, work, error => {
      errors.push(error);
    });
    loop.start();
    await third.promise;
    await loop.stop();
    expect(errors.map(String)).toEqual(['Error: at once', 'Error: later']);
  });

  it('stops during its pause', async () => {
    let rounds = 0;
    const loop = new BackgroundLoop(HOUR_MS, () => Promise.resolve(++rounds), ignore);
    loop.start();
    await loop.stop();
    expect(rounds).toBe(1);
  });

  it('aborts its task, waits for the round, and begins no other', async () => {
    const ended: string[] = [];
    const work = (signal: AbortSignal): Promise<void> =>
      new Promise(resolve => {
        signal.addEventListener('abort', () => {
          setTimeout(() => {
            ended.push('work');
            resolve();
          }, 10);
        });
      });
    const loop = new BackgroundLoop(1, work, ignore);
    loop.start();
    await loop.stop();
    ended.push('loop');
    expect(ended).toEqual(['work', 'loop']);
  });

  it('can be stopped before its start', async () => {
    await new BackgroundLoop(1, () => Promise.reject(new Error('never')), ignore).stop();
  });
});
