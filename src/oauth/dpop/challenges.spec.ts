import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readChallenges } from './challenges.ts';

const read = (header: string | string[]) =>
  readChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('readChallenges', () => {
  it.each<[header: string | string[], challenges: unknown[]]>([
    ['', []],
    ['DPoP', [['dpop', {}]]],
    ['DPoP error="use_dpop_nonce"', [['dpop', { error: 'use_dpop_nonce' }]]],
    ['DPoP error=use_dpop_nonce', [['dpop', { error: 'use_dpop_nonce' }]]],
    ['dpop ERROR = "invalid_token"', [['dpop', { error: 'invalid_token' }]]],
    [
      'DPoP algs="ES256 ES256K", error="invalid_token", error_description="a, \\"b\\" = c"',
      [['dpop', { algs: 'ES256 ES256K', error: 'invalid_token', error_description: 'a, "b" = c' }]],
    ],
    [
      'DPoP error_description="error=no", error=yes',
      [['dpop', { error_description: 'error=no', error: 'yes' }]],
    ],
    [
      'Bearer realm="x", error="invalid_token", DPoP algs=ES256',
      [
        ['bearer', { realm: 'x', error: 'invalid_token' }],
        ['dpop', { algs: 'ES256' }],
      ],
    ],
    [
      ['Bearer', 'DPoP error=a'],
      [
        ['bearer', {}],
        ['dpop', { error: 'a' }],
      ],
    ],
    [
      'Basic, , Negotiate YWJj/==, DPoP error=a',
      [
        ['basic', {}],
        ['negotiate', {}],
        ['dpop', { error: 'a' }],
      ],
    ],
    [
      'Negotiate abc, DPoP error=a',
      [
        ['negotiate', {}],
        ['dpop', { error: 'a' }],
      ],
    ],
    // Not as RFC 9110 writes it.
    ['error="lonely", DPoP error=a', [['dpop', { error: 'a' }]]],
    ['DPoP algs="ES256" error="a"', [['dpop', { algs: 'ES256', error: 'a' }]]],
    ['DPoP error="first", error="second"', [['dpop', { error: 'first' }]]],
    ['DPoP error=, algs=ES256', [['dpop', { algs: 'ES256' }]]],
    ['DPoP (junk "with, comma"), error=a', [['dpop', { error: 'a' }]]],
    ['DPoP error="never closed', [['dpop', {}]]],
    ['DPoP error="ends in a backslash\\', [['dpop', {}]]],
    [
      ['DPoP error="never closed', 'Bearer error=a'],
      [
        ['dpop', {}],
        ['bearer', { error: 'a' }],
      ],
    ],
  ])('reads %j', (header, challenges) => {
    expect(read(header)).toEqual(challenges);
  });

  it('reads every challenge that RFC 9110 can write', () => {
    const character = fc.constantFrom(...Array.from("!#$%&'*+-.^_`|~09azAZ"));
    const token = fc.string({ unit: character, minLength: 1, maxLength: 12 });
    const text = fc.string({ unit: fc.constantFrom(...Array.from('\t !"#,=\\az~é')), maxLength: 12 });
    const blanks = fc.constantFrom('', ' ', '\t', '  ');
    const parameter = fc.record({ name: token, value: fc.oneof(text, token), isBare: fc.boolean() });
    const challenge = fc.record({
      scheme: token,
      parameters: fc.uniqueArray(parameter, { maxLength: 4, selector: ({ name }) => name.toLowerCase() }),
    });
    const written = fc.array(challenge, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(written, blanks, fc.boolean(), (challenges, blank, isSplit) => {
        const values = challenges.map(({ scheme, parameters }) => {
          const list = parameters.map(({ name, value, isBare }) => {
            const isToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value);
            const shown = isBare && isToken ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
            return `${name}${blank}=${blank}${shown}`;
          });
          return [scheme, list.join(`${blank},${blank}`)].join(' ').trimEnd();
        });
        const expected = challenges.map(({ scheme, parameters }) => [
          scheme.toLowerCase(),
          Object.fromEntries(parameters.map(({ name, value }) => [name.toLowerCase(), value])),
        ]);
        expect(read(isSplit ? values : values.join(`${blank},${blank}`))).toEqual(expected);
      }),
    );
  });

  it('reads any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('DPoP =,"\\a\t(')), maxLength: 60 }),
        text => {
          expect(() => readChallenges(text)).not.toThrow();
        },
      ),
    );
  });

  it.each([
    'DPoP error=',
    'DPoP "',
    'DPoP a="\\',
    'a ',
    ',',
    ' ',
    '=',
    'DPoP error="x", ',
    'a=b ',
    '(',
    '"\\" ',
  ])('reads each character of repeated %j a few times only, and none beyond 16 KiB', part => {
    for (const times of [100, 1_000, 100_000]) {
      const text = new CountedText(part.repeat(times));
      readChallenges([text as unknown as string]);
      expect(text.reads).toBeLessThanOrEqual(8 * Math.min(text.length, 16 * 1024) + 8);
    }
  });
});

/** A text that counts how often its characters are read. */
class CountedText extends String {
  reads = 0;

  override charCodeAt(index: number): number {
    this.reads++;
    return super.charCodeAt(index);
  }
}
