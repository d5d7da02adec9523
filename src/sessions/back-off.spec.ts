import { describe, expect, it } from '@jest/globals';
import { backOffSeconds, IssuerBackOff } from './back-off.ts';

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
});
