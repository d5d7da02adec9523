import { describe, expect, it } from '@jest/globals';
import { BackgroundLoop } from './background-loop.ts';

const HOUR_MS = 60 * 60_000;

function ignore(): void {
  return;
}

describe('a background loop', () => {
  it('goes on after a round that throws, at once or later', async () => {
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

  it('ends in the middle of its pause', async () => {
    let rounds = 0;
    const loop = new BackgroundLoop(HOUR_MS, () => Promise.resolve(++rounds), ignore);
    loop.start();
    await loop.stop();
    expect(rounds).toBe(1);
  });

  it('tells the work under way to end, waits for it, and begins nothing more', async () => {
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

  it('can be stopped before it was started', async () => {
    await new BackgroundLoop(1, () => Promise.reject(new Error('never')), ignore).stop();
  });
});
