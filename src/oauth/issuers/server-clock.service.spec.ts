import { describe, expect, it } from '@jest/globals';
import { ServerClock } from './server-clock.service.ts';

const one = 'https://one.example';
const other = 'https://other.example';

const dateIn = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();

describe('the clock of a server', () => {
  it('is its own for each origin', () => {
    const clock = new ServerClock();
    expect(clock.observe(one, dateIn(600))).toBe(true);
    expect(Math.round((clock.now(one).getTime() - Date.now()) / 10_000)).toBe(60);
    expect(Math.round((clock.now(other).getTime() - Date.now()) / 10_000)).toBe(0);
  });

  it('is wrong once, and right again when the server is', () => {
    const clock = new ServerClock();
    expect([clock.observe(one, dateIn(600)), clock.observe(one, dateIn(600))]).toEqual([true, false]);
    expect(clock.observe(one, dateIn(0))).toBe(true);
    expect(clock.offsetOf(one)).toBe(0);
  });

  it('tells each request that was signed by the wrong time', () => {
    const clock = new ServerClock();
    const assumed = clock.offsetOf(one);
    clock.observe(one, dateIn(600));
    expect(clock.observe(one, dateIn(600), assumed)).toBe(true);
  });

  it.each([null, '', 'yesterday'])('learns nothing from the header %j', header => {
    expect(new ServerClock().observe(one, header)).toBe(false);
  });
});
