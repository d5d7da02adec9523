import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TupleMap } from './tuple-map.ts';
import { asId } from '../../test/ids.ts';

const text = fc.constantFrom('a', 'b', 'a:b', 'a,b', ':', '');
const tuple = fc.record({ sessionId: text.map(asId), aud: text, lxm: fc.option(text, { nil: undefined }) });
const step = fc.record({ tuple, isDeleted: fc.boolean() });

it('keeps one value per tuple, also for similar tuples', () => {
  fc.assert(
    fc.property(fc.array(step), fc.array(tuple), (steps, asked) => {
      const map = new TupleMap();
      const model = new Map<string, object>();
      for (const { tuple, isDeleted } of steps) {
        const [key, known] = [JSON.stringify(tuple), map.get(tuple)];
        if (!isDeleted) {
          const value = { tuple };
          map.set(value);
          model.set(key, value);
        } else if (known) {
          map.delete(known);
          model.delete(key);
        }
      }
      for (const tuple of asked) expect(map.get(tuple)).toBe(model.get(JSON.stringify(tuple)));
      const ofA = [...model.values()].filter(
        value => (value as typeof step & { tuple: { sessionId: string } }).tuple.sessionId === 'a',
      );
      expect(new Set(map.ofSession(asId('a')))).toEqual(new Set(ofA));
    }),
  );
});

it('never deletes the replacement of a value', () => {
  const map = new TupleMap();
  const tuple = { sessionId: asId('s'), aud: 'did:web:a.example', lxm: undefined };
  const [old, next] = [{ tuple }, { tuple }];
  map.set(old);
  map.set(next);
  map.delete(old);
  expect(map.get(tuple)).toBe(next);
});
