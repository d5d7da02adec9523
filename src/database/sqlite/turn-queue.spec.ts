import { describe, expect, it } from '@jest/globals';
import { TurnQueue } from './turn-queue.ts';

describe('TurnQueue', () => {
  it('gives turns in the order of the requests, also to requests made while a turn passes', async () => {
    const queue = new TurnQueue(1000);
    const order: number[] = [];
    const use = async (n: number): Promise<void> => {
      await queue.acquireTurn();
      order.push(n);
      if (n < 3) uses.push(use(n + 10));
      queue.passTurn();
    };
    const uses = [0, 1, 2, 3, 4].map(use);
    while (uses.length > 0) await uses.shift();
    expect(order).toEqual([0, 1, 2, 3, 4, 10, 11, 12]);
  });
});
