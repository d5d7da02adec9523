import type { z } from 'zod';
import { BrokerError } from '../../errors/broker-error.ts';

/** The part of a request that a value comes from, for problems that concern no single field. */
export type RequestPart = 'body' | 'query';

/**
 * Parses a part of a request. Messages of the schema's own win over the ones here; none is the library's.
 *
 * @throws BrokerError `InvalidRequest` that names every offending field and never repeats its value
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: RequestPart,
): z.output<Schema> {
  const result = schema.safeParse(value, { error: describeIssue });
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap(issue => problemsOf(issue, part));
  throw new BrokerError('InvalidRequest', problems.join('; '));
}

function problemsOf(issue: z.core.$ZodIssue, part: RequestPart): string[] {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => `${[...path, key].join('.')}: is not known here; remove it`);
  }
  return [`${path.join('.') || part}: ${message}`];
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'must be a string, such as "abc"',
  number: 'must be a number, such as 5',
  int: 'must be a whole number, such as 5',
  boolean: 'must be true or false',
  array: 'must be a list, such as ["abc"]',
  object: 'must be an object, such as {"name": "value"}',
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'must be an id (UUID), such as 0b6f1c9e-2d7a-4f61-9a0c-3f5f0e6f7a11',
  url: 'must be a complete URL, such as https://app.your-domain.net',
  datetime: 'must be a time, such as 2026-01-31T12:00:00Z',
};

const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

function describeIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : (TYPES[issue.expected] ?? 'has the wrong type');
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'is malformed';
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : `must be ${oneOf(issue.values.map(String))}`;
    case 'too_small':
      if (issue.minimum === 1 && issue.origin in UNITS) return 'must not be empty';
      return `must ${amount('at least', issue.minimum, issue.origin)}`;
    case 'too_big':
      return `must ${amount('at most', issue.maximum, issue.origin)}`;
    default:
      return 'is not valid';
  }
}

function amount(bound: string, limit: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `be ${bound} ${limit}`;
  return `have ${bound} ${limit} ${unit}${Number(limit) === 1 ? '' : 's'}`;
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `one of ${values.join(', ')}`;
}
