import { describe, expect, it } from '@jest/globals';
import { pictureTypeOf } from './picture-type.ts';

describe('the type of a picture', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n and more', 'image/png'],
    ['\xff\xd8\xff\xe0 and more', 'image/jpeg'],
    ['RIFF\x01\x02\x03\x04WEBPVP8 ', 'image/webp'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', undefined],
    ['<!doctype html>', undefined],
    ['GIF89a', undefined],
    ['PNG', undefined],
    ['', undefined],
  ])('that begins with %j is %s', (beginning, type) => {
    expect(pictureTypeOf(Buffer.from(beginning, 'latin1'))).toBe(type);
  });
});
