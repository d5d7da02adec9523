import { describe, expect, it } from '@jest/globals';
import { IssuerSlots } from './issuer-slots.ts';

const patient = new AbortController().signal;

/** Work that lasts until it is released, and the number of concurrent pieces. */
class Works {
  running = 0;
  most = 0;
  readonly begun: number[] = [];
  private readonly gates: (() => void)[] = [];

  begin(name: number): () => Promise<number> {
    return async () => {
      this.begun.push(name);
      this.most = Math.max(this.most, ++this.running);
      await new Promise<void>(resolve => this.gates.push(resolve));
      this.running--;
      return name;
    };
  }

  letOneGo(): void {
    this.gates.shift()?.();
  }
}

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe('the slots of an issuer', () => {
  it('are eight, and serve waiting work in order of arrival', async () => {
    const [slots, works] = [new IssuerSlots(), new Works()];
    const all = Array.from({ length: 30 }, (_, name) => slots.runInSlot('a', works.begin(name), patient));
    for (let released = 0; released < 30; released++) {
      await settle();
      expect(works.running).toBe(Math.min(8, 30 - released));
      works.letOneGo();
    }
    const names = Array.from({ length: 30 }, (_, name) => name);
    expect(await Promise.all(all)).toEqual(names);
    expect(works).toMatchObject({ most: 8, begun: names });
  });

  it('are not used by another issuer', async () => {
    const [slots, works] = [new IssuerSlots(), new Works()];
    for (let name = 0; name < 20; name++) void slots.runInSlot('a', works.begin(name), patient);
    void slots.runInSlot('b', works.begin(99), patient);
    await settle();
    expect(works.begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 99]);
  });

  it('are released by work that fails', async () => {
    const slots = new IssuerSlots();
    const failures = Array.from({ length: 9 }, () =>
      slots.runInSlot('a', () => Promise.reject(new Error('no')), patient),
    );
    for (const { status } of await Promise.allSettled(failures)) expect(status).toBe('rejected');
    expect(await slots.runInSlot('a', () => Promise.resolve('yes'), patient)).toBe('yes');
  });

  it('are not acquired once patience has ended: such work never begins and leaves the queue', async () => {
    const [slots, works, patience] = [new IssuerSlots(), new Works(), new AbortController()];
    const held = Array.from({ length: 8 }, (_, name) => slots.runInSlot('a', works.begin(name), patient));
    const impatient = slots.runInSlot('a', works.begin(8), patience.signal);
    const next = slots.runInSlot('a', works.begin(9), patient);
    await settle();
    patience.abort();
    expect(await impatient).toBeUndefined();
    expect(await slots.runInSlot('a', works.begin(10), patience.signal)).toBeUndefined();
    for (let released = 0; released < 9; released++) {
      works.letOneGo();
      await settle();
    }
    expect(await Promise.all([...held, next])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 9]);
    expect(works).toMatchObject({ running: 0, most: 8 });
  });
});
