import { z } from 'zod';

type Path = readonly PropertyKey[];

/** Examples of types and formats, for fields without one of their own. */
const USUAL: Readonly<Record<string, unknown>> = {
  string: 'abc',
  number: 5,
  int: 5,
  boolean: true,
  array: ['abc'],
  object: { name: 'value' },
  uuid: '0b6f1c9e-2d7a-4f61-9a0c-3f5f0e6f7a11',
  url: 'https://app.your-domain.net',
  datetime: '2026-01-31T12:00:00Z',
};

/** Returns an example of a type or a format of zod's, or undefined. */
export function usualExample(name: string): unknown {
  return Object.hasOwn(USUAL, name) ? USUAL[name] : undefined;
}

/** Returns the example that the schema of a field has in its metadata (`examples`), or undefined. */
export function exampleOf(schema: z.ZodType, path: Path): unknown {
  for (let field = fieldAt(schema, path); field !== undefined; field = innerOf(field)) {
    const examples: unknown = z.globalRegistry.get(field)?.examples;
    if (Array.isArray(examples)) return examples[0];
  }
  return undefined;
}

/** Returns the names of the fields that an object has at a path. */
export function namesAt(schema: z.ZodType, path: Path): readonly string[] {
  const place = fieldAt(schema, path);
  const object = place && bareOf(place);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function fieldAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((place, key) => place && memberOf(bareOf(place), key), schema);
}

function memberOf(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (!(schema instanceof z.ZodObject)) return undefined;
  const { shape } = schema;
  return Object.hasOwn(shape, key) ? (shape[String(key)] as z.ZodType) : undefined;
}

function bareOf(schema: z.ZodType): z.ZodType {
  let bare = schema;
  for (let inner = innerOf(bare); inner !== undefined; inner = innerOf(bare)) bare = inner;
  return bare;
}

/** Returns the schema that another one wraps, such as that of an optional field. */
function innerOf(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodPipe) return schema.in as z.ZodType;
  return WRAPPERS.some(wrapper => schema instanceof wrapper)
    ? ((schema as z.ZodOptional).unwrap() as z.ZodType)
    : undefined;
}

const WRAPPERS = [z.ZodOptional, z.ZodNullable, z.ZodDefault, z.ZodPrefault, z.ZodCatch, z.ZodReadonly];
