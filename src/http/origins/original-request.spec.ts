import { describe, expect, it } from '@jest/globals';
import { isOriginalReading } from './original-request.ts';

describe('isOriginalReading', () => {
  it.each([
    [{ 'x-forwarded-method': 'GET' }, true],
    [{ 'x-original-method': 'HEAD' }, true],
    [{ 'x-original-method': 'OPTIONS', 'x-forwarded-method': 'OPTIONS' }, true],
    [{ 'x-original-method': 'POST' }, false],
    [{ 'x-forwarded-method': 'PROPPATCH' }, false],
    [{ 'x-forwarded-method': 'GET', 'sec-websocket-key': 'x' }, false],
    [{ 'x-forwarded-method': 'GET', 'sec-fetch-mode': 'websocket' }, false],
  ])('%j: %j', (headers, isReading) => {
    expect(isOriginalReading(headers)).toBe(isReading);
  });

  it.each([
    {},
    { 'x-original-method': '' },
    { 'x-original-method': 'get' },
    { 'x-original-method': 'GET ' },
    { 'x-forwarded-method': 'GET, POST' },
    { 'x-forwarded-method': 'STEAL' },
    { 'x-forwarded-method': 'GET', 'x-original-method': 'POST' },
    { 'x-forwarded-method': 'GET', 'x-original-method': '' },
    { 'x-original-uri': '/' },
  ])('refuses to guess: %j', headers => {
    expect(() => isOriginalReading(headers)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  });
});
