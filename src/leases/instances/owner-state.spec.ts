import { describe, expect, it } from '@jest/globals';
import { decideOwnerState } from './owner-state.ts';

const MINUTE_MS = 60_000;
const readAt = new Date('2026-11-20T18:00:00.000Z');

/** The state of an owner with an hour's patience, by how long it was silent on each clock. */
function stateAfter(silentMinutes: number, knownMinutes: number, givenUpAt: Date | null = null) {
  const seenAt = new Date(readAt.getTime() - silentMinutes * MINUTE_MS);
  const instance = { seenAt, givenUpAt, readAt };
  return decideOwnerState({ instance, knownForMs: knownMinutes * MINUTE_MS, patienceMs: 60 * MINUTE_MS });
}

const inMinutes = (minutes: number): Date => new Date(readAt.getTime() + minutes * MINUTE_MS);

describe('the owner of an attempt', () => {
  it('works while it was seen within ten minutes', () => {
    expect(stateAfter(0, 0)).toEqual({ kind: 'working' });
    expect(stateAfter(9.9, 9.9)).toEqual({ kind: 'working' });
    expect(stateAfter(-600, 9.9)).toEqual({ kind: 'working' });
  });

  it('is silent until the patience is over', () => {
    expect(stateAfter(10, 10)).toEqual({ kind: 'silent', until: inMinutes(50) });
    expect(stateAfter(59, 59)).toEqual({ kind: 'silent', until: inMinutes(1) });
    expect(stateAfter(60, 60)).toEqual({ kind: 'gone' });
  });

  it('is not gone because the database clock steps ahead', () => {
    expect(stateAfter(144_000, 0)).toEqual({ kind: 'silent', until: inMinutes(60) });
    expect(stateAfter(144_000, 59)).toEqual({ kind: 'silent', until: inMinutes(1) });
    expect(stateAfter(144_000, 60)).toEqual({ kind: 'gone' });
  });

  it('is silent by the clock of the judge if the database clock went back', () => {
    expect(stateAfter(-600, 10)).toEqual({ kind: 'silent', until: inMinutes(50) });
    expect(stateAfter(-600, 60)).toEqual({ kind: 'gone' });
  });

  it('is gone once it left the list, or the operator gave it up', () => {
    expect(decideOwnerState({ instance: undefined, knownForMs: 0, patienceMs: 1 })).toEqual({ kind: 'gone' });
    expect(stateAfter(11, 0, readAt)).toEqual({ kind: 'gone' });
  });
});
