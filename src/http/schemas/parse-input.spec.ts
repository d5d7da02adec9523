import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseInput } from './parse-input.ts';
import { booleanParameter } from './query-of.decorator.ts';

const schema = z
  .strictObject({
    text: z.string().min(1).max(3),
    count: z.int().min(2).max(9),
    limit: z.coerce.number().int().max(9),
    word: z.enum(['one', 'two']),
    yes: z.literal('yes'),
    id: z.uuid(),
    link: z.url(),
    at: z.iso.datetime(),
    list: z.array(z.string()).max(1),
    own: z.string().refine(value => value === 'own', 'must be own'),
    flag: z.boolean(),
    query: booleanParameter,
  })
  .partial();

describe('parsing the input of a request', () => {
  it.each<[unknown, string]>([
    [{ text: 5 }, 'text must be a string. Example: "abc".'],
    [{ text: '' }, 'text must not be empty.'],
    [{ text: 'abcd' }, 'text must have at most 3 characters.'],
    [{ count: '5' }, 'count must be a number. Example: 5.'],
    [{ count: 2.5 }, 'count must be a whole number. Example: 5.'],
    [{ count: 1 }, 'count must be at least 2.'],
    [{ limit: 'many' }, 'limit must be a number. Example: 5.'],
    [{ limit: '10' }, 'limit must be at most 9.'],
    [{ word: 'three' }, 'word must be one of one, two.'],
    [{ yes: 'no' }, 'yes must be yes.'],
    [{ id: '7' }, 'id must be an id (UUID). Example: "0b6f1c9e-2d7a-4f61-9a0c-3f5f0e6f7a11".'],
    [{ link: 'app' }, 'link must be a complete URL. Example: "https://app.your-domain.net".'],
    [{ at: 'today' }, 'at must be a time. Example: "2026-01-31T12:00:00Z".'],
    [{ list: 'a' }, 'list must be a list. Example: ["abc"].'],
    [{ list: ['a', 'b'] }, 'list must have at most 1 item.'],
    [{ list: [5] }, 'list[0] must be a string. Example: "abc".'],
    [{ own: 'other' }, 'own must be own.'],
    [{ flag: 'true' }, 'flag must be true or false. Example: true.'],
    [{ query: 'perhaps' }, 'query must be true or false.'],
    [{ a: 1, textt: 2 }, 'a is not known here. Remove it. textt is not known here. Did you mean text?'],
    [5, 'The body must be an object. Example: {"name":"value"}.'],
  ])('of %j says: %s', (value, message) => {
    expect(() => parseInput(schema, value, 'body')).toThrow(
      expect.objectContaining({ code: 'InvalidRequest', message }),
    );
  });

  it('says of each required field that it is missing, with its own example if it has one', () => {
    const a = z.string().meta({ examples: ['atproto'] });
    const required = z.object({
      a,
      b: z.enum(['x']),
      c: z.object({ d: z.array(a.optional()) }).default({ d: [] }),
    });
    expect(() => parseInput(required, {}, 'query')).toThrow(
      'a is missing. Example: "atproto". b is missing. Example: "x".',
    );
    expect(() => parseInput(required, { a: 'a', b: 'x', c: { d: [1] } }, 'query')).toThrow(
      'c.d[0] must be a string. Example: "atproto".',
    );
  });

  it('names what was sent instead of a missing field', () => {
    const required = z.object({ scope: z.string(), name: z.string() });
    expect(() => parseInput(required, { scop: 'secret', x: 1, name: '' }, 'body')).toThrow(
      'scope is missing, but scop was sent. Example: "abc".',
    );
  });
});
