import { describe, expect, it } from '@jest/globals';
import { IssuerBackOff } from './issuer-back-off.service.ts';

const HOUR_MS = 60 * 60_000;

describe('the back-off of an issuer', () => {
  const issuer = 'https://pds.example';

  it('starts at the third failure in a row, and ends with a success', () => {
    const backOff = new IssuerBackOff();
    const waits = [1, 2, 3].map(() => {
      backOff.noteFailure(issuer, 0, 0);
      return backOff.remainingMs(issuer, 0);
    });
    expect(waits.slice(0, 2)).toEqual([0, 0]);
    expect(waits[2]).toBeGreaterThanOrEqual(1000);
    expect(backOff.remainingMs('https://other.example', 0)).toBe(0);
    backOff.noteSuccess(issuer);
    expect(backOff.remainingMs(issuer, 0)).toBe(0);
  });

  it('is at once what the issuer asked for, and ends after that', () => {
    const backOff = new IssuerBackOff();
    backOff.noteFailure(issuer, 30, 0);
    expect(backOff.remainingMs(issuer, 0)).toBe(30_000);
    expect(backOff.remainingMs(issuer, 30_000)).toBe(0);
  });

  it('is a quarter of an hour at most, and nothing if the issuer asks for nonsense', () => {
    const backOff = new IssuerBackOff();
    backOff.noteFailure(issuer, 10 * 365 * 86_400, 0);
    expect(backOff.remainingMs(issuer, 0)).toBe(900_000);
    for (const asked of [-5, Number.NaN]) {
      const other = new IssuerBackOff();
      other.noteFailure(issuer, asked, 0);
      expect(other.remainingMs(issuer, 0)).toBe(0);
    }
  });

  it('is forgotten an hour after the last failure, and then counts from zero', () => {
    const backOff = new IssuerBackOff();
    for (let failure = 0; failure < 3; failure++) backOff.noteFailure(issuer, 0, 0);
    backOff.noteFailure('https://other.example', 0, HOUR_MS - 1);
    expect(backOff.size).toBe(2);
    backOff.noteFailure(issuer, 0, HOUR_MS);
    expect(backOff.size).toBe(2);
    expect(backOff.remainingMs(issuer, HOUR_MS)).toBe(0);
    backOff.noteFailure('https://third.example', 0, 3 * HOUR_MS);
    expect(backOff.size).toBe(1);
  });

  it('is kept for the 10,000 issuers that failed last', () => {
    const backOff = new IssuerBackOff();
    backOff.noteFailure('https://0.example', 600, 0);
    backOff.noteFailure('https://1.example', 600, 0);
    backOff.noteFailure('https://0.example', 600, 0);
    for (let index = 2; index <= 10_000; index++) backOff.noteFailure(`https://${index}.example`, 600, 0);
    expect(backOff.size).toBe(10_000);
    expect(backOff.remainingMs('https://1.example', 0)).toBe(0);
    for (const index of [0, 2, 10_000])
      expect(backOff.remainingMs(`https://${index}.example`, 0)).toBe(600_000);
  });
});
