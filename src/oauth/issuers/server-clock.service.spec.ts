import { describe, expect, it } from '@jest/globals';
import { ServerDates } from '../../leases/clock/server-dates.service.ts';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { type HeaderReader, ServerClock } from './server-clock.service.ts';

const one = 'https://one.example';
const other = 'https://other.example';

const newClock = (): ServerClock => new ServerClock(new ServerDates(new ProcessClock()));
const headers =
  (date: string | null, age?: string): HeaderReader =>
  name =>
    name === 'date' ? date : age;
const dateIn = (seconds: number): HeaderReader =>
  headers(new Date(Date.now() + seconds * 1000).toUTCString());

describe('the clock of a server', () => {
  it('is its own for each origin', () => {
    const clock = newClock();
    expect(clock.observe(one, dateIn(600))).toBe(true);
    expect(Math.round((clock.now(one).getTime() - Date.now()) / 10_000)).toBe(60);
    expect(Math.round((clock.now(other).getTime() - Date.now()) / 10_000)).toBe(0);
  });

  it('is wrong once, and right again when the server is', () => {
    const clock = newClock();
    expect([clock.observe(one, dateIn(600)), clock.observe(one, dateIn(600))]).toEqual([true, false]);
    expect(clock.observe(one, dateIn(0))).toBe(true);
    expect(clock.offsetOf(one)).toBe(0);
  });

  it('tells each request that was signed by the wrong time', () => {
    const clock = newClock();
    const assumed = clock.offsetOf(one);
    clock.observe(one, dateIn(600));
    expect(clock.observe(one, dateIn(600), assumed)).toBe(true);
  });

  it.each([null, '', 'yesterday'])('is not learned from the header %j', date => {
    expect(newClock().observe(one, headers(date))).toBe(false);
  });

  it('is not learned from a response that a cache kept', () => {
    const clock = newClock();
    const anHourAgo = new Date(Date.now() - 3_600_000).toUTCString();
    expect(clock.observe(one, headers(anHourAgo, '3600'))).toBe(false);
    expect(clock.offsetOf(one)).toBe(0);
    expect(clock.observe(one, headers(anHourAgo, '0'))).toBe(true);
  });

  it('is forgotten after ten thousand others', () => {
    const clock = newClock();
    clock.observe(one, dateIn(600));
    for (let n = 0; n < 10_000; n++) clock.observe(`https://${n}.example`, dateIn(600));
    expect(clock.offsetOf(one)).toBe(0);
    expect(clock.offsetOf('https://9999.example')).not.toBe(0);
  });
});
