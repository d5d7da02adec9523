import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backOffSeconds, IssuerBackOff } from './back-off.ts';

const HOUR_MS = 60 * 60_000;
const [least, most] = [() => 0, () => 1];

describe('backOffSeconds', () => {
  it.each([
    [0, 2],
    [1, 4],
    [5, 64],
    [9, 600],
    [1000, 600],
  ])('after %s failures waits up to %s seconds, with full jitter', (failures, longest) => {
    expect(backOffSeconds(failures, 0, most)).toBe(longest);
    expect(backOffSeconds(failures, 0, least)).toBe(1);
  });

  it('waits as long as the server asked for', () => {
    expect(backOffSeconds(0, 90, most)).toBe(90);
    expect(backOffSeconds(0, 900, most)).toBe(900);
  });

  it.each([901, 10 * 365 * 86_400, Number.MAX_VALUE, Infinity])(
    'waits no longer than a quarter of an hour when the server asks for %s seconds',
    asked => {
      expect(backOffSeconds(0, asked, most)).toBe(900);
    },
  );

  it.each([-1, -Infinity, Number.NaN])('takes %s for no wish at all', asked => {
    expect(backOffSeconds(0, asked, most)).toBe(2);
    expect(backOffSeconds(0, asked, least)).toBe(1);
  });

  it('is a time from one second to a quarter of an hour, whatever a server says', () => {
    const seconds = fc.oneof(fc.double(), fc.integer());
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.nat(), seconds, share, (failures, asked, random) => {
        const waits = backOffSeconds(failures, asked, () => random);
        expect(waits).toBeGreaterThanOrEqual(Math.max(1, asked > 0 ? Math.min(asked, 900) : 1));
        expect(waits).toBeLessThanOrEqual(asked > 600 ? 900 : 600);
      }),
    );
  });
});

describe('the back-off of an issuer', () => {
  const issuer = 'https://pds.example';

  it('begins at the third failure in a row, and ends with an answer', () => {
    const backOff = new IssuerBackOff();
    const waits = [1, 2, 3].map(() => {
      backOff.failed(issuer, 0, 0);
      return backOff.remainingMs(issuer, 0);
    });
    expect(waits.slice(0, 2)).toEqual([0, 0]);
    expect(waits[2]).toBeGreaterThanOrEqual(1000);
    expect(backOff.remainingMs('https://other.example', 0)).toBe(0);
    backOff.answered(issuer);
    expect(backOff.remainingMs(issuer, 0)).toBe(0);
  });

  it('is at once what the server asked for, and is over when it has passed', () => {
    const backOff = new IssuerBackOff();
    backOff.failed(issuer, 30, 0);
    expect(backOff.remainingMs(issuer, 0)).toBe(30_000);
    expect(backOff.remainingMs(issuer, 30_000)).toBe(0);
  });

  it('is for a quarter of an hour at most, and for nothing when the issuer talks nonsense', () => {
    const backOff = new IssuerBackOff();
    backOff.failed(issuer, 10 * 365 * 86_400, 0);
    expect(backOff.remainingMs(issuer, 0)).toBe(900_000);
    for (const asked of [-5, Number.NaN]) {
      const other = new IssuerBackOff();
      other.failed(issuer, asked, 0);
      expect(other.remainingMs(issuer, 0)).toBe(0);
    }
  });

  it('is forgotten an hour after the last failure, and counts anew from then on', () => {
    const backOff = new IssuerBackOff();
    for (let failure = 0; failure < 3; failure++) backOff.failed(issuer, 0, 0);
    backOff.failed('https://other.example', 0, HOUR_MS - 1);
    expect(backOff.size).toBe(2);
    backOff.failed(issuer, 0, HOUR_MS);
    expect(backOff.size).toBe(2);
    expect(backOff.remainingMs(issuer, HOUR_MS)).toBe(0);
    backOff.failed('https://third.example', 0, 3 * HOUR_MS);
    expect(backOff.size).toBe(1);
  });

  it('is kept of so many issuers only, those that failed last', () => {
    const backOff = new IssuerBackOff();
    backOff.failed('https://0.example', 600, 0);
    backOff.failed('https://1.example', 600, 0);
    backOff.failed('https://0.example', 600, 0);
    for (let index = 2; index <= 10_000; index++) backOff.failed(`https://${index}.example`, 600, 0);
    expect(backOff.size).toBe(10_000);
    expect(backOff.remainingMs('https://1.example', 0)).toBe(0);
    for (const index of [0, 2, 10_000])
      expect(backOff.remainingMs(`https://${index}.example`, 0)).toBe(600_000);
  });
});
