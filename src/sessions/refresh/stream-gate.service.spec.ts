import { describe, expect, it } from '@jest/globals';
import { StreamGate } from './stream-gate.service.ts';
import { asId } from '../../../test/ids.ts';

const LONG_MS = 60_000;

/** A piece of work that the test ends. */
function heldWork(): { work: () => Promise<string>; end: () => void; began: () => boolean } {
  const { promise, resolve } = Promise.withResolvers<string>();
  let began = false;
  return {
    work: () => {
      began = true;
      return promise;
    },
    end: () => {
      resolve('done');
    },
    began: () => began,
  };
}

/** Rotates as an attempt does. */
async function rotate(
  gate: StreamGate,
  id: string,
  patienceMs: number,
  work: () => Promise<string>,
): Promise<string> {
  const end = await gate.startRotation(asId(id), patienceMs);
  try {
    return await work();
  } finally {
    end();
  }
}

const settle = () => new Promise(resolve => setImmediate(resolve));

describe('StreamGate', () => {
  it('lets a rotation start when the streams of its session have ended, and no stream during it', async () => {
    const [gate, stream, rotation] = [new StreamGate(), heldWork(), heldWork()];
    const streamed = gate.tryStream(asId('a'), stream.work);
    const rotated = rotate(gate, 'a', LONG_MS, rotation.work);
    await settle();
    expect(rotation.began()).toBe(false);
    expect(gate.tryStream(asId('a'), () => Promise.resolve('early'))).toBeUndefined();
    stream.end();
    expect(await streamed).toBe('done');
    await settle();
    expect(rotation.began()).toBe(true);
    expect(gate.tryStream(asId('a'), () => Promise.resolve('early'))).toBeUndefined();
    rotation.end();
    expect(await rotated).toBe('done');
    expect(await gate.tryStream(asId('a'), () => Promise.resolve('late'))).toBe('late');
  });

  it('keeps sessions apart', async () => {
    const [gate, stream, rotation] = [new StreamGate(), heldWork(), heldWork()];
    void gate.tryStream(asId('a'), stream.work);
    void rotate(gate, 'b', LONG_MS, rotation.work);
    await settle();
    expect(rotation.began()).toBe(true);
    expect(gate.tryStream(asId('a'), stream.work)).toBeDefined();
  });

  it('limits how long a rotation waits, down to not at all', async () => {
    for (const patienceMs of [20, 0]) {
      const [gate, stream] = [new StreamGate(), heldWork()];
      void gate.tryStream(asId('a'), stream.work);
      expect(await rotate(gate, 'a', patienceMs, () => Promise.resolve('rotated'))).toBe('rotated');
    }
  });

  it('opens again after streams and rotations that fail', async () => {
    const gate = new StreamGate();
    const fail = () => Promise.reject(new Error('no'));
    await expect(gate.tryStream(asId('a'), fail)).rejects.toThrow('no');
    await expect(rotate(gate, 'a', LONG_MS, fail)).rejects.toThrow('no');
    expect(await gate.tryStream(asId('a'), () => Promise.resolve('open'))).toBe('open');
  });
});
