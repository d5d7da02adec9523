import { describe, expect, it } from '@jest/globals';
import { CallPlaces } from './call-places.ts';

/** Claims as many places for a site as it gets. */
function fill(places: CallPlaces, site: string): number {
  let claimed = 0;
  while (places.claim(site)) claimed++;
  return claimed;
}

describe('the places of a class of calls', () => {
  it('are limited per site', () => {
    const places = new CallPlaces({ callsPerSite: 3, callsInAll: 100 });
    expect([fill(places, 'one.example'), fill(places, 'two.example')]).toEqual([3, 3]);
  });

  it('are limited in all, and a site that takes what it gets leaves as much to others', () => {
    const places = new CallPlaces({ callsPerSite: 1000, callsInAll: 1000 });
    expect(fill(places, 'greedy.example')).toBe(500);
    expect(fill(places, 'second.example')).toBe(250);
  });

  it('are found by a new site while a hundred sites hold all they can', () => {
    const places = new CallPlaces({ callsPerSite: 1000, callsInAll: 1000 });
    const sites = Array.from({ length: 100 }, (_, n) => `${n}.example`);
    for (let round = 0; round < 100; round++) for (const site of sites) places.claim(site);
    expect(places.claim('honest.example')).toBe(true);
  });

  it('can be claimed again once they are free, and are forgotten', () => {
    const places = new CallPlaces({ callsPerSite: 1, callsInAll: 2 });
    expect([places.claim('a.example'), places.claim('a.example')]).toEqual([true, false]);
    places.free('a.example');
    expect(places.claim('a.example')).toBe(true);
    places.free('a.example');
    for (let n = 0; n < 10; n++) {
      expect(places.claim(`${n}.example`)).toBe(true);
      places.free(`${n}.example`);
    }
    expect(places).toMatchObject({ all: 0, bySite: new Map() });
  });
});
