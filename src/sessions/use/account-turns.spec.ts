import { getEventListeners } from 'node:events';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AccountTurns } from './account-turns.ts';

const did = 'did:plc:a';

describe('the turns of an account', () => {
  it('run one after another in the order of their calls', async () => {
    const turns = new AccountTurns();
    const seen: string[] = [];
    const use = (name: string): Promise<void> =>
      turns.runInTurn(did, async () => {
        seen.push(`${name} begins`);
        await turnOfTheLoop();
        seen.push(`${name} ends`);
      });
    await Promise.all(['first', 'second', 'third'].map(use));
    const inOrder = ['first', 'second', 'third'].flatMap(name => [`${name} begins`, `${name} ends`]);
    expect(seen).toEqual(inOrder);
  });

  it('go on after a use that fails, which only its own caller sees', async () => {
    const turns = new AccountTurns();
    const failing = turns.runInTurn(did, () => Promise.reject(new Error('failed')));
    const next = turns.runInTurn(did, () => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('next');
  });

  it('are forgotten when no use is left', async () => {
    const turns = new AccountTurns();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const uses = ([did, did, 'did:plc:b'] as const).map(account => turns.runInTurn(account, () => promise));
    expect(turns.size).toBe(2);
    resolve(undefined);
    await Promise.all(uses);
    await turnOfTheLoop();
    expect(turns.size).toBe(0);
  });

  it('let a caller give up, while later callers still wait for all earlier uses', async () => {
    const turns = new AccountTurns();
    const [first, leaving, seen] = [
      Promise.withResolvers<undefined>(),
      new AbortController(),
      [] as string[],
    ];
    const running = turns.runInTurn(did, () => first.promise);
    const note = (name: string) => () => Promise.resolve(seen.push(name));
    const left = turns.runInTurn(did, note('left'), leaving.signal);
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    const behind = turns.runInTurn(did, note('behind'));
    await turnOfTheLoop();
    expect(seen).toEqual([]);
    first.resolve(undefined);
    await Promise.all([running, behind]);
    expect(seen).toEqual(['behind']);
  });

  it('do not start for a signal that is aborted already, or at the moment of the turn', async () => {
    const turns = new AccountTurns();
    const work = (): Promise<string> => Promise.resolve('begun');
    await expect(turns.runInTurn(did, work, AbortSignal.abort('at once'))).rejects.toBe('at once');
    const leaving = new AbortController();
    const first = turns.runInTurn(did, () => Promise.resolve());
    const second = turns.runInTurn(did, work, leaving.signal);
    void first.then(() => {
      leaving.abort('just now');
    });
    await expect(second).rejects.toBe('just now');
  });

  it('end with the use once it has started, aborted or not', async () => {
    const turns = new AccountTurns();
    const leaving = new AbortController();
    const use = turns.runInTurn(
      did,
      async () => {
        leaving.abort();
        await turnOfTheLoop();
        return 'done';
      },
      leaving.signal,
    );
    expect(await use).toBe('done');
  });

  it('leave no listener behind on a long-lived signal', async () => {
    const turns = new AccountTurns();
    const { signal } = new AbortController();
    await Promise.all(
      Array.from({ length: 20 }, () => turns.runInTurn(did, () => Promise.resolve(), signal)),
    );
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('never overlap, keep their order, and run exactly the uses that were not given up', async () => {
    const uses = fc.array(
      fc.record({ leaves: fc.boolean(), fails: fc.boolean(), ticks: fc.nat({ max: 3 }) }),
    );
    await fc.assert(
      fc.asyncProperty(uses, async plan => {
        const turns = new AccountTurns();
        const begun: number[] = [];
        let running = 0;
        const asked = plan.map(({ leaves, fails, ticks }, index) => {
          const leaving = new AbortController();
          const work = async (): Promise<void> => {
            begun.push(index);
            running += 1;
            expect(running).toBe(1);
            for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
            running -= 1;
            if (fails) throw new Error('failed');
          };
          const use = turns.runInTurn(did, work, leaving.signal);
          if (leaves) leaving.abort(new Error('left'));
          return use;
        });
        const ends = await Promise.allSettled(asked);
        const staying = [...plan.keys()].filter(index => !plan[index]?.leaves);
        expect(begun).toEqual(staying);
        expect(ends.map(({ status }) => status === 'rejected')).toEqual(
          plan.map(({ leaves, fails }) => leaves || fails),
        );
        await turnOfTheLoop();
        expect(turns.size).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
