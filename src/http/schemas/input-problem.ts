import type { z } from 'zod';
import { nearestName } from '../../config/values/nearest-name.ts';
import { exampleOf, namesAt, usualExample } from './input-example.ts';

/** A value that its schema refused, and what the schema is for: the body of a request, or its query. */
export type RefusedInput = { readonly schema: z.ZodType; readonly value: unknown; readonly part: string };

const TYPES: Readonly<Record<string, string>> = {
  string: 'must be a string',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be an object',
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'must be an id (UUID)',
  url: 'must be a complete URL',
  datetime: 'must be a time',
};

const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

/**
 * Says what is wrong with a field, as the end of a sentence that begins with its name. Replaces the library's words. A
 * schema's own messages win over these.
 */
export function describeIssue(issue: z.core.$ZodRawIssue): string {
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

/** Turns an issue into sentences, which name the field as the caller wrote it and never repeat its value. */
export function toSentences(issue: z.core.$ZodIssue, input: RefusedInput): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => unknownField(key, issue.path, input.schema));
  const said = issue.message.replace(/\.$/, '');
  const instead = said === 'is missing' ? sentInstead(issue.path, input) : '';
  const example = exampleFor(issue, said, input.schema);
  const sentence = `${nameOf(issue.path, input.part)} ${said}${instead}.`;
  return [example === undefined ? sentence : `${sentence} Example: ${JSON.stringify(example)}.`];
}

/** `metadata.redirectUris[0]`, as programs write it. */
function nameOf(path: readonly PropertyKey[], part: string): string {
  if (path.length === 0) return `The ${part}`;
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : dotted(String(key), index)))
    .join('');
}

function dotted(name: string, index: number): string {
  return index === 0 ? name : `.${name}`;
}

function unknownField(name: string, path: readonly PropertyKey[], schema: z.ZodType): string {
  const nearest = nearestName(name, namesAt(schema, path));
  const remedy = nearest === undefined ? 'Remove it.' : `Did you mean ${nearest}?`;
  return `${nameOf([...path, name], '')} is not known here. ${remedy}`;
}

/** Names a field that was sent and is not known, if its name is near the missing one's. */
function sentInstead(path: readonly PropertyKey[], { schema, value }: RefusedInput): string {
  const missing = String(path.at(-1) ?? '');
  const parent = path.slice(0, -1);
  const known = namesAt(schema, parent);
  const sent = parent.reduce<unknown>(
    (place, key) => (isObject(place) ? place[String(key)] : undefined),
    value,
  );
  const unknown = isObject(sent) ? Object.keys(sent).filter(name => !known.includes(name)) : [];
  const nearest = nearestName(missing, unknown);
  return nearest === undefined ? '' : `, but ${nearest} was sent`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function exampleFor(issue: z.core.$ZodIssue, said: string, schema: z.ZodType): unknown {
  if (said.includes('such as')) return undefined;
  if (issue.code === 'too_big' || (issue.code === 'too_small' && !(issue.origin in UNITS))) return undefined;
  const own = exampleOf(schema, issue.path);
  if (own !== undefined) return own;
  if (issue.code === 'invalid_type') return usualExample(issue.expected);
  if (issue.code === 'invalid_value') return said === 'is missing' ? issue.values[0] : undefined;
  return issue.code === 'invalid_format' ? usualExample(issue.format) : undefined;
}

function amount(bound: string, limit: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `be ${bound} ${limit}`;
  return `have ${bound} ${limit} ${unit}${Number(limit) === 1 ? '' : 's'}`;
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `one of ${values.join(', ')}`;
}
