import { expect, it } from '@jest/globals';
import { asId } from '../../test/ids.ts';
import type { ProcessClock } from '../waiting/process-clock.service.ts';
import { AttemptSightings } from './attempt-sightings.service.ts';

const sentAt = new Date('2026-11-20T18:00:00.000Z');

it('knows each sending for as long as it was first seen, by the monotonic clock alone', () => {
  let now = 5_000;
  const sightings = new AttemptSightings({ monotonic: () => now } as unknown as ProcessClock);
  const one = { id: asId('a'), sentAt };
  expect(sightings.note(one)).toBe(0);
  now += 700;
  expect(sightings.note({ id: asId('b'), sentAt })).toBe(0);
  now += 300;
  expect([sightings.note(one), sightings.note({ id: asId('b'), sentAt })]).toEqual([1_000, 300]);
});

it('starts again when an attempt sends again', () => {
  let now = 0;
  const sightings = new AttemptSightings({ monotonic: () => now } as unknown as ProcessClock);
  sightings.note({ id: asId('a'), sentAt });
  now += 1_000;
  const again = { id: asId('a'), sentAt: new Date(sentAt.getTime() - 1) };
  expect(sightings.note(again)).toBe(0);
  now += 1_000;
  expect(sightings.note(again)).toBe(1_000);
});
